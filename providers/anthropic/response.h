// A Messages response as an answer or an error.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::anthropic {

CallResult<Answer> decode(const HttpResponse& response, const Question& question,
                          const Dialect& dialect);

// The names in an answer to GET /models.
CallResult<std::vector<std::string>> listed_models(const HttpResponse& response);

// What a message holds, whole or streamed.
struct Reply {
  std::string tool;  // that the model is to call: a call of any other is no answer
  std::string id, model;
  std::string text;   // of all text blocks; thinking is none
  std::string input;  // of the tool's first call, as JSON
  bool calls_tool = false;
  std::string stop_reason;  // empty: it has none yet
  std::string explanation;  // of a refusal
  Json usage = Json::object();
};
CallResult<Answer> answer_of(Reply reply, const Question& question, const Dialect& dialect);

// Members that are there and not null replace those of `known`.
void take_usage(Json& known, const Json* usage);
// Why it stopped, out of a message or out of a stream's message_delta.
void take_stop(Reply& reply, const Json& holder);

}  // namespace docwright::providers::anthropic
