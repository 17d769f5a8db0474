// A response as an answer or an error: Chat Completions and Responses.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.h"
#include "providers/wire/errors.h"

namespace docwright::providers::openai {

// What was asked, and the provider's own rows of errors. The question outlives it.
struct Reading {
  const Question& question;
  Dialect dialect;
  std::span<const wire::ErrorRule> errors;
};

CallResult<Answer> decode_chat(const HttpResponse& response, const Reading& reading);
CallResult<Answer> decode_responses(const HttpResponse& response, const Reading& reading);

// The names in an answer to GET /models.
CallResult<std::vector<std::string>> listed_models(const HttpResponse& response,
                                                   std::span<const wire::ErrorRule> errors);

// --- what whole answers and streams have in common ---

// Of an answer's or a chunk's `usage` (Groq has one within `x_groq` too), in the names of either
// interface; absent where nothing was counted.
std::optional<Usage> usage_of(const Json& body);

// What a message of Chat Completions, or a part of one, says: a string, or (some servers) a list of
// parts with a text each.
std::string content_of(const Json& message);

// What a model may have done but writing a text.
struct Deeds {
  std::string refusal;
  bool called = false;    // a tool, whichever
  bool answered = false;  // the tool that it was made to call
  std::string arguments;  // of that tool
};

// Takes up a call, or a part of one: `named` is empty where only more arguments come.
void take_call(Deeds& deeds, const Reading& reading, std::string_view named, const Json* arguments);

// error > content_filter > refusal > length > tool_call > complete; `raw` is never empty. A call of
// the tool that stands for the schema is the answer.
Finish finish_of(std::string_view raw, const Deeds& deeds);
// Of two reasons in one stream the graver one counts, in that order.
bool outranks(std::string_view raw, std::string_view other);

// The answer's text and finish, from what was written and done.
void conclude(Answer& answer, std::string text, Deeds deeds);

// The object of a Responses answer; `response` may be the terminal event's.
CallResult<Answer> responses_answer(const Json& response, const Reading& reading);

}  // namespace docwright::providers::openai
