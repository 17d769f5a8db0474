// What Google takes in two spellings, in the one that docwright writes.
#pragma once
#include "runtime/json.h"

namespace docwright::providers::gemini {

// A request with the names of its fields in camelCase: snake_case is taken as well. Names of the
// asker's own (members of a schema, arguments) stay as they are.
Json in_camel_case(const Json& request);

// A schema with JSON's names for types, where it has OpenAPI's: STRING is string.
Json in_json_types(const Json& schema);

}  // namespace docwright::providers::gemini
