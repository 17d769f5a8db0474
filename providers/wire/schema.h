// The answer's schema as a provider takes it, and the names in its answer as docwright has them.
//
// Each provider enforces a part of JSON Schema and refuses the rest, so the rest becomes words in
// the description. Objects are closed and all of their members required, which they are in the
// portable schemas anyway (pipeline/call/answer_schema.h). A provider that refuses names of members
// such as `operator()` gets others, the same each time; the description tells what they stand for.
#pragma once
#include <string>
#include <string_view>

#include "runtime/json.h"

namespace docwright::providers::wire {

enum class SchemaSubset { openai, anthropic, gemini };

Json adapted_schema(const Json& schema, SchemaSubset subset);

// `text` answers adapted_schema(schema, subset): whole, cut, in a fence or among prose. Its members
// get the names that they have in `schema`.
std::string with_own_names(std::string text, const Json& schema, SchemaSubset subset);
// The other way round, for who plays the provider.
std::string with_sent_names(std::string text, const Json& schema, SchemaSubset subset);
// An adapted schema with the names that its descriptions tell.
Json with_told_names(const Json& adapted);

}  // namespace docwright::providers::wire
