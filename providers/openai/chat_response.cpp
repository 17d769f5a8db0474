#include "providers/openai/response.h"
#include "providers/wire/members.h"
#include "providers/wire/read_json.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;

Deeds deeds_of(const Json& message, const Reading& reading) {
  Deeds deeds;
  deeds.refusal = text_of(message, "refusal");
  const auto take = [&](const Json& function) {
    if (!deeds.answered)
      take_call(deeds, reading, text_of(function, "name"), member(function, "arguments"));
  };
  if (const Json* calls = member(message, "tool_calls"); calls != nullptr && calls->is_array()) {
    for (const Json& call : *calls) {
      const Json* function = member(call, "function");
      take(function == nullptr ? call : *function);
    }
  }
  if (const Json* call = member(message, "function_call"); call != nullptr && call->is_object())
    take(*call);
  return deeds;
}

}  // namespace

std::string content_of(const Json& message) {
  const Json* content = member(message, "content");
  if (content == nullptr) return {};
  if (content->is_string()) return content->get<std::string>();
  std::string text;
  if (content->is_array()) {
    for (const Json& part : *content) text += text_of(part, "text");
  }
  return text;
}

CallResult<Answer> decode_chat(const HttpResponse& response, const Reading& reading) {
  if (response.status < 200 || response.status >= 300)
    return std::unexpected(error_of(response, reading.errors));
  const Result<Json> parsed = read_json(response.body);
  const auto no_answer = [&](ErrorClass error_class, std::string message) {
    return std::unexpected(broken(error_class, response.status, std::move(message)));
  };
  if (!parsed || !parsed->is_object()) {
    return no_answer(ErrorClass::malformed,
                     "the answer is not a JSON object: cut, or not from a Chat Completions server");
  }
  const Json& body = *parsed;
  if (tells_error(body))
    return std::unexpected(error_under_good_status(response.body, false, reading.errors));
  const Json* choices = member(body, "choices");
  if (choices == nullptr || !choices->is_array() || choices->empty())
    return no_answer(ErrorClass::malformed, "the answer has no choices");
  const Json& choice = choices->front();
  const Json* message = member(choice, "message");
  if (message == nullptr || !message->is_object())
    return no_answer(ErrorClass::malformed, "the answer has no message");
  Answer answer;
  answer.finish_raw = text_of(choice, "finish_reason");
  if (answer.finish_raw.empty()) {
    return no_answer(ErrorClass::truncated, "the answer has no finish_reason: it may be cut");
  }
  answer.usage = usage_of(body);
  answer.model = text_of(body, "model");
  answer.response_id = text_of(body, "id");
  conclude(answer, content_of(*message), deeds_of(*message, reading));
  return answer;
}

}  // namespace docwright::providers::openai
