#include "providers/anthropic/response.h"

#include <array>

#include "providers/anthropic/errors.h"
#include "providers/wire/finish.h"
#include "providers/wire/members.h"
#include "providers/wire/model_list.h"
#include "providers/wire/read_json.h"
#include "providers/wire/schema.h"
#include "providers/wire/usage.h"

namespace docwright::providers::anthropic {
namespace {

using namespace wire;

// Any other one is an error, such as pause_turn, which only comes with the provider's own tools.
constexpr std::array kFinishNames = {
    FinishName{"end_turn", Finish::complete},
    FinishName{"stop_sequence", Finish::complete},
    FinishName{"tool_use", Finish::tool_call},
    FinishName{"max_tokens", Finish::length},
    FinishName{"model_context_window_exceeded", Finish::length},
    FinishName{"refusal", Finish::refusal},
};

// Whether the answer stands in the input of the tool that the request made the model call.
bool in_the_tool(const Reply& reply, const Dialect& dialect) {
  return dialect.structured == Structured::tool && reply.calls_tool;
}

// Adds what one run of the model has used; false where it does not say. input_tokens is only what
// no cache had a part in. What was written to the cache stands there as a sum, by lifetime, or
// both.
bool add(Usage& sum, const Json& usage) {
  constexpr auto kFiveMinutes = "ephemeral_5m_input_tokens", kHour = "ephemeral_1h_input_tokens";
  constexpr auto kRead = "cache_read_input_tokens", kWritten = "cache_creation_input_tokens";
  if (!is_count(member(usage, "input_tokens")) || !is_count(member(usage, "output_tokens")))
    return false;
  const Json* lifetimes = member(usage, "cache_creation");
  if (!countable(usage, {kRead, kWritten})) return false;
  if (lifetimes != nullptr && !countable(*lifetimes, {kFiveMinutes, kHour})) return false;

  const std::int64_t hour = lifetimes == nullptr ? 0 : count_of(*lifetimes, kHour);
  const std::int64_t minutes = lifetimes == nullptr ? 0 : count_of(*lifetimes, kFiveMinutes);
  const std::int64_t read = count_of(usage, kRead);
  const std::int64_t written = std::max(count_of(usage, kWritten), minutes + hour);
  const std::int64_t output = count_of(usage, "output_tokens");
  sum.input += count_of(usage, "input_tokens") + read + written;
  sum.input_cached += read;
  sum.input_cache_write += written;
  sum.input_cache_write_1h += hour;
  sum.output += output;
  if (const Json* details = member(usage, "output_tokens_details"))
    sum.reasoning += std::min(count_of(*details, "thinking_tokens"), output);
  return true;
}

// Where the model ran several times for one answer, the numbers outside of the list may be the last
// run's alone.
std::optional<Usage> usage_of(const Json& usage) {
  Usage counted;
  const Json* runs = member(usage, "iterations");
  if (runs == nullptr || !runs->is_array() || runs->size() < 2)
    return add(counted, usage) ? believable(counted) : std::nullopt;
  for (const Json& run : *runs) {
    if (!add(counted, run)) return std::nullopt;
  }
  return believable(counted);
}

void take_block(Reply& reply, const Json& block) {
  const std::string type = text_of(block, "type");
  if (type == "text") reply.text += text_of(block, "text");
  if (type != "tool_use" || reply.calls_tool || text_of(block, "name") != reply.tool) return;
  reply.calls_tool = true;
  const Json* input = member(block, "input");
  reply.input = input == nullptr ? "{}" : dump_json(*input);
}

}  // namespace

void take_usage(Json& known, const Json* usage) {
  if (usage == nullptr || !usage->is_object()) return;
  for (const auto& [name, value] : usage->items()) {
    if (!value.is_null()) known[name] = value;
  }
}

void take_stop(Reply& reply, const Json& holder) {
  if (std::string raw = text_of(holder, "stop_reason"); !raw.empty())
    reply.stop_reason = std::move(raw);
  if (const Json* details = member(holder, "stop_details"))
    reply.explanation = text_of(*details, "explanation");
}

CallResult<Answer> answer_of(Reply reply, const Question& question, const Dialect& dialect) {
  if (reply.stop_reason.empty()) {
    return std::unexpected(
        broken(ErrorClass::truncated, 200, "the answer has no stop_reason: it was cut"));
  }
  Answer answer;
  const bool in_tool = in_the_tool(reply, dialect);
  answer.finish = finish_named(kFinishNames, reply.stop_reason).value_or(Finish::error);
  if (in_tool && answer.finish == Finish::tool_call) answer.finish = Finish::complete;
  answer.finish_raw = std::move(reply.stop_reason);
  answer.text = std::move(in_tool ? reply.input : reply.text);
  if (question.schema)
    answer.text = with_own_names(std::move(answer.text), *question.schema, SchemaSubset::anthropic);
  if (answer.finish == Finish::refusal && answer.text.empty())
    answer.text = std::move(reply.explanation);
  answer.usage = usage_of(reply.usage);
  answer.model = std::move(reply.model);
  answer.response_id = std::move(reply.id);
  return answer;
}

CallResult<Answer> decode(const HttpResponse& response, const Question& question,
                          const Dialect& dialect) {
  if (response.status < 200 || response.status >= 300) return std::unexpected(error_of(response));
  const Result<Json> body = read_json(response.body);
  if (!body || !body->is_object()) {
    return std::unexpected(broken(ErrorClass::malformed, response.status,
                                  "the answer is not a JSON object: cut, or not from Anthropic"));
  }
  if (const Json* error = member(*body, "error"); error != nullptr && !error->is_null())
    return std::unexpected(error_in_answer(response.body, false));
  const Json* content = member(*body, "content");
  if (content == nullptr || !content->is_array()) {
    return std::unexpected(
        broken(ErrorClass::malformed, response.status, "the answer has no content"));
  }
  Reply reply;
  reply.tool = question.schema_name;
  reply.id = text_of(*body, "id");
  reply.model = text_of(*body, "model");
  for (const Json& block : *content) take_block(reply, block);
  take_stop(reply, *body);
  take_usage(reply.usage, member(*body, "usage"));
  return answer_of(std::move(reply), question, dialect);
}

CallResult<std::vector<std::string>> listed_models(const HttpResponse& response) {
  if (response.status < 200 || response.status >= 300) return std::unexpected(error_of(response));
  return names_in(response, "data", "id");
}

}  // namespace docwright::providers::anthropic
