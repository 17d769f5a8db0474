#include "providers/gemini/response.h"

#include <array>
#include <span>

#include "providers/gemini/errors.h"
#include "providers/wire/finish.h"
#include "providers/wire/members.h"
#include "providers/wire/model_list.h"
#include "providers/wire/read_json.h"
#include "providers/wire/schema.h"
#include "providers/wire/usage.h"

namespace docwright::providers::gemini {
namespace {

using namespace wire;

// Any other one is an error. FUNCTION_CALL is not Google's: emulators end a function with it.
constexpr std::array kFinishNames = {
    FinishName{"STOP", Finish::complete},
    FinishName{"MAX_TOKENS", Finish::length},
    FinishName{"SAFETY", Finish::content_filter},
    FinishName{"RECITATION", Finish::content_filter},
    FinishName{"BLOCKLIST", Finish::content_filter},
    FinishName{"PROHIBITED_CONTENT", Finish::content_filter},
    FinishName{"SPII", Finish::content_filter},
    FinishName{"IMAGE_SAFETY", Finish::content_filter},
    FinishName{"IMAGE_PROHIBITED_CONTENT", Finish::content_filter},
    FinishName{"IMAGE_RECITATION", Finish::content_filter},
    FinishName{"FUNCTION_CALL", Finish::tool_call},
};

// Calls of functions end with STOP as well. A STOP after nothing at all is a failure of the
// provider's.
Finish finish_of(const Reply& reply, bool in_function) {
  if (!reply.block_reason.empty()) return Finish::content_filter;
  const Finish named = finish_named(kFinishNames, reply.finish_reason).value_or(Finish::error);
  if (named != Finish::complete && named != Finish::tool_call) return named;
  if (in_function) return Finish::complete;
  if (reply.calls_function) return Finish::tool_call;
  return reply.text.empty() ? Finish::error : named;
}

// Thoughts are paid for as answer, and not among the candidates' tokens; cached ones are among the
// prompt's. A count of zero is left out; so what the total has beyond the prompt is answer, too.
std::optional<Usage> usage_of(const Json& document) {
  const Json* usage = member(document, "usageMetadata");
  if (usage == nullptr) return std::nullopt;
  if (!countable(*usage, {"promptTokenCount", "cachedContentTokenCount", "candidatesTokenCount",
                          "thoughtsTokenCount", "toolUsePromptTokenCount", "totalTokenCount"}))
    return std::nullopt;
  Usage counted;
  counted.input =
      count_of(*usage, "promptTokenCount") + count_of(*usage, "toolUsePromptTokenCount");
  counted.input_cached = std::min(count_of(*usage, "cachedContentTokenCount"), counted.input);
  counted.reasoning = count_of(*usage, "thoughtsTokenCount");
  counted.output = std::max(count_of(*usage, "candidatesTokenCount") + counted.reasoning,
                            count_of(*usage, "totalTokenCount") - counted.input);
  return believable(counted);
}

bool is_thought(const Json& part) {
  const Json* thought = member(part, "thought");
  return thought != nullptr && thought->is_boolean() && thought->get<bool>();
}

void take_part(Reply& reply, const Json& part) {
  if (!is_thought(part)) reply.text += text_of(part, "text");
  const Json* call = member(part, "functionCall");
  if (call == nullptr) return;
  reply.calls_function = true;
  if (reply.answers || text_of(*call, "name") != reply.function) return;
  reply.answers = true;
  const Json* args = member(*call, "args");
  reply.args = args == nullptr ? "{}" : dump_json(*args);
}

std::span<const Json> parts_of(const Json& body) {
  if (!body.is_array()) return {&body, 1};
  return body.get_ref<const Json::array_t&>();
}

const Json* first_candidate(const Json& document) {
  const Json* candidates = member(document, "candidates");
  const bool any = candidates != nullptr && candidates->is_array() && !candidates->empty();
  return any ? &candidates->front() : nullptr;
}

void replace(std::string& known, std::string said) {
  if (!said.empty()) known = std::move(said);
}

}  // namespace

void take(Reply& reply, const Json& document) {
  replace(reply.id, text_of(document, "responseId"));
  replace(reply.model, text_of(document, "modelVersion"));
  if (const Json* feedback = member(document, "promptFeedback"))
    replace(reply.block_reason, text_of(*feedback, "blockReason"));
  const Json* candidate = first_candidate(document);
  if (candidate != nullptr) replace(reply.finish_reason, text_of(*candidate, "finishReason"));
  const bool ends = !reply.finish_reason.empty() || !reply.block_reason.empty();
  if (const auto usage = usage_of(document); usage && ends) {
    reply.usage = usage;
    reply.counted = usage->output > usage->reasoning ||
                    is_count(member(document["usageMetadata"], "candidatesTokenCount"));
  }
  if (candidate == nullptr) return;
  const Json* content = member(*candidate, "content");
  const Json* parts = content == nullptr ? nullptr : member(*content, "parts");
  if (parts == nullptr || !parts->is_array()) return;
  for (const Json& part : *parts) take_part(reply, part);
}

CallResult<Answer> answer_of(Reply reply, const Question& question, const Dialect& dialect) {
  if (reply.finish_reason.empty() && reply.block_reason.empty()) {
    return std::unexpected(
        broken(ErrorClass::truncated, 200, "the answer has no finishReason: it was cut"));
  }
  const bool in_function = dialect.structured == Structured::tool && reply.answers;
  Answer answer;
  answer.finish = finish_of(reply, in_function);
  answer.finish_raw =
      std::move(reply.block_reason.empty() ? reply.finish_reason : reply.block_reason);
  answer.text = std::move(in_function ? reply.args : reply.text);
  if (question.schema)
    answer.text = with_own_names(std::move(answer.text), *question.schema, SchemaSubset::gemini);
  // What was written has tokens: without a number of them, the count was made before.
  const bool before = !reply.counted && !answer.text.empty();
  if (!before) answer.usage = reply.usage;
  answer.model = std::move(reply.model);
  answer.response_id = std::move(reply.id);
  return answer;
}

CallResult<Answer> decode(const HttpResponse& response, const Question& question,
                          const Dialect& dialect) {
  if (response.status < 200 || response.status >= 300) return std::unexpected(error_of(response));
  const auto no_answer = [&](std::string message) {
    return std::unexpected(broken(ErrorClass::malformed, response.status, std::move(message)));
  };
  const Result<Json> body = read_json(response.body);
  if (!body || !body->is_structured())
    return no_answer("the answer is not a JSON object: cut, or not from Gemini");
  // An array has the answer in parts, as a stream has.
  const std::span<const Json> documents = parts_of(*body);
  Reply reply;
  reply.function = question.schema_name;
  bool any_candidate = false;
  for (const Json& document : documents) {
    // Such a document may have followed the events of a stream.
    if (const Json* error = member(document, "error"); error != nullptr && !error->is_null())
      return std::unexpected(error_in_answer(dump_json(document), true));
    any_candidate |= first_candidate(document) != nullptr;
    take(reply, document);
  }
  if (!any_candidate && reply.block_reason.empty())
    return no_answer("the answer has no candidates");
  return answer_of(std::move(reply), question, dialect);
}

CallResult<std::vector<std::string>> listed_models(const HttpResponse& response) {
  if (response.status < 200 || response.status >= 300) return std::unexpected(error_of(response));
  auto names = names_in(response, "models", "name");
  if (!names) return names;
  for (std::string& name : *names) {
    if (name.starts_with("models/")) name.erase(0, 7);
  }
  return names;
}

}  // namespace docwright::providers::gemini
