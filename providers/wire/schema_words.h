// The form of an answer for models that take no schema: as words in the prompt.
#pragma once
#include <string>
#include <string_view>

#include "runtime/json.h"

namespace docwright::providers::wire {

// The word JSON has to be in it: OpenAI's json_object mode refuses messages without it.
inline constexpr std::string_view kSchemaInWords =
    "Answer with one JSON object and nothing else: no prose, no code fence. It must be valid "
    "against this JSON Schema:\n";

inline std::string schema_in_words(std::string_view schema) {
  return std::string(kSchemaInWords).append(schema);
}

// For who plays the model: the schema that a message ends with in these words; null where it does
// not.
inline Json schema_out_of_words(std::string_view message) {
  const std::size_t at = message.find(kSchemaInWords);
  if (at == message.npos) return nullptr;
  return parse_json(message.substr(at + kSchemaInWords.size())).value_or(Json());
}

}  // namespace docwright::providers::wire
