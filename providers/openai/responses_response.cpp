#include "providers/openai/response.h"

#include "providers/wire/members.h"
#include "providers/wire/read_json.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;

// What the items of an answer hold. A model may comment on its work before its final answer; where
// the phases are told, only that counts.
struct Output {
  std::string final_answer, unphased, commentary;
  Deeds deeds;

  std::string text() {
    if (!final_answer.empty()) return std::move(final_answer);
    return std::move(unphased.empty() ? commentary : unphased);
  }
};

void take_message(Output& output, const Json& item) {
  const std::string phase = text_of(item, "phase");
  std::string& text = phase == "final_answer" ? output.final_answer
                      : phase == "commentary" ? output.commentary
                                              : output.unphased;
  const Json* parts = member(item, "content");
  if (parts == nullptr || !parts->is_array()) return;
  for (const Json& part : *parts) {
    text += text_of(part, "text");
    output.deeds.refusal += text_of(part, "refusal");
  }
}

Output output_of(const Json& items, const Reading& reading) {
  Output output;
  for (const Json& item : items) {
    const std::string type = text_of(item, "type");
    if (type == "message") take_message(output, item);
    const bool call = type == "function_call" || type == "custom_tool_call";
    if (call && !output.deeds.answered)
      take_call(output.deeds, reading, text_of(item, "name"), member(item, "arguments"));
  }
  return output;
}

// Azure says beside the answer what its filter thought of it.
bool blocked(const Json& response) {
  const Json* filters = member(response, "content_filters");
  if (filters == nullptr || !filters->is_array()) return false;
  for (const Json& filter : *filters) {
    const Json* blocks = member(filter, "blocked");
    if (blocks != nullptr && blocks->is_boolean() && blocks->get<bool>()) return true;
  }
  return false;
}

// The status, or why it is incomplete.
std::string finish_raw_of(const Json& response) {
  std::string status = text_of(response, "status");
  if (blocked(response)) return "content_filter";
  if (status != "incomplete") return status;
  const Json* details = member(response, "incomplete_details");
  std::string reason = details == nullptr ? std::string() : text_of(*details, "reason");
  return reason.empty() ? status : reason;
}

}  // namespace

CallResult<Answer> responses_answer(const Json& response, const Reading& reading) {
  const auto no_answer = [&](ErrorClass error_class, std::string message) {
    return std::unexpected(broken(error_class, 200, std::move(message)));
  };
  const std::string status = text_of(response, "status");
  const bool worked = usage_of(response).has_value();
  if (const Json* error = error_in(response)) {
    return std::unexpected(
        error_under_good_status(dump_json({{"error", *error}}), worked, reading.errors));
  }
  if (status == "failed" || status == "cancelled")
    return no_answer(ErrorClass::server, "the provider gave up on the answer: " + status);
  if (status.empty() || status == "in_progress" || status == "queued")
    return no_answer(ErrorClass::truncated, "the answer is not finished: it may be cut");
  const Json* items = member(response, "output");
  if (items == nullptr || !items->is_array())
    return no_answer(ErrorClass::malformed, "the answer has no output");

  Output output = output_of(*items, reading);
  Answer answer;
  answer.finish_raw = finish_raw_of(response);
  answer.usage = usage_of(response);
  answer.model = text_of(response, "model");
  answer.response_id = text_of(response, "id");
  conclude(answer, output.text(), std::move(output.deeds));
  return answer;
}

CallResult<Answer> decode_responses(const HttpResponse& response, const Reading& reading) {
  if (response.status < 200 || response.status >= 300)
    return std::unexpected(error_of(response, reading.errors));
  const Result<Json> parsed = read_json(response.body);
  if (!parsed || !parsed->is_object()) {
    return std::unexpected(
        broken(ErrorClass::malformed, response.status,
               "the answer is not a JSON object: cut, or not from a Responses server"));
  }
  return responses_answer(*parsed, reading);
}

}  // namespace docwright::providers::openai
