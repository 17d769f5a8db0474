// A value that is valid against a JSON Schema, built by walking the schema: what a provider without
// a model answers.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "runtime/json.h"

namespace docwright::providers {

// Asked for every free string, with the name of the property under which it stands (of an array's
// item: the array's).
using TextFor = std::function<std::string(std::string_view property)>;

// Understands type (also a list of types), properties, items, enum, const, anyOf, oneOf, $ref
// within the document, minItems, minLength, maxLength, minimum. Every property is filled, required
// or not; an array has minItems items; where null is one choice among others, the other one is
// taken. Deeper than 32 levels everything is null.
Json schema_value(const Json& schema, const TextFor& text);
// Of a part of `root` (for $ref), standing under `property`.
Json schema_value(const Json& root, const Json& part, std::string_view property,
                  const TextFor& text);

// `part`, or what its $ref within `root` points at.
const Json& resolved(const Json& root, const Json& part);
// "object", "string", ...: the first type that is not null; empty where none is said.
std::string_view type_of(const Json& schema);
bool may_be_null(const Json& schema);

}  // namespace docwright::providers
