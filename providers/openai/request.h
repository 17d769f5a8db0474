// A question as the body of a request: Chat Completions and Responses.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "providers/provider.h"

namespace docwright::providers::openai {

// A question, and how it is put. Views of the caller's.
struct Wanted {
  const Question& question;
  const Dialect& dialect;
  std::string_view model;  // as the body names it
  bool stream = false;
  std::string cache_key;                        // empty: none is sent
  std::function<bool(std::string_view)> sends;  // whether a parameter of this name is sent
};

std::string chat_body(const Wanted& wanted);
std::string responses_body(const Wanted& wanted);

// The fields that the codec sets itself, in either interface.
bool reserved(std::string_view parameter);
// What Chat Completions have and Responses have not.
std::span<const std::string_view> responses_lack();

// An upper bound of the prompt tokens beyond the texts of the messages: a token is at least one
// byte, so whatever is added (role names, separators, priming, the schema as the provider renders
// it) is bounded by its bytes.
std::int64_t overhead_tokens(const Question& question, const Dialect& dialect);

// --- what both bodies have in common ---

// The schema as it is sent, as JSON.
std::string schema_text(const Question& question, const Dialect& dialect);
// The words that stand for the schema where none is sent; they end the system message.
std::string schema_words(const Wanted& wanted, const std::string& schema);
std::string_view name(SystemRole role);
// The same for every question with the same stable messages, and at most 64 bytes; empty where
// there is none, or no key is wanted.
std::string prompt_cache_key(const Question& question, const Dialect& dialect);

void append_text(std::string& body, std::string_view text);
// ,"name":json
void append_member(std::string& body, std::string_view name, std::string_view json);

}  // namespace docwright::providers::openai
