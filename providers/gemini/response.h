// A generateContent response as an answer or an error.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::gemini {

CallResult<Answer> decode(const HttpResponse& response, const Question& question,
                          const Dialect& dialect);

// The names in an answer to GET /models, as requests take them.
CallResult<std::vector<std::string>> listed_models(const HttpResponse& response);

// What has come of an answer: all of it at once, or event by event.
struct Reply {
  std::string function;  // that the model is to call: a call of any other is no answer
  std::string id, model;
  std::string text;             // of all parts but thoughts
  std::string args;             // of the function's first call, as JSON
  bool calls_function = false;  // whichever
  bool answers = false;         // the one that it is to call
  std::string finish_reason;    // empty: it has none yet
  std::string block_reason;     // why the prompt was not answered
  std::optional<Usage> usage;
  bool counted = false;  // the usage has a number of answer tokens beside the thoughts, be it zero
};
// Text is added; reasons replace what was known. So does usage, which grows from event to event:
// what was counted before the answer's end is not it.
void take(Reply& reply, const Json& document);
CallResult<Answer> answer_of(Reply reply, const Question& question, const Dialect& dialect);

}  // namespace docwright::providers::gemini
