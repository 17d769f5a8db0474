// The JSON Schema that an answer is asked to follow: the subset that every provider's strict mode
// takes (one type each, every property required, no further ones, at most 100 properties and 5
// levels).
//
//   exact    {"documents": {SYMBOL: {"summary", "description", "parameters": {NAME: text},
//   "returns", "raises": [...]}}} shared   {"documents": [{"symbol", "summary", "description",
//   "parameters": [{"name", "description"}], ...}]}
//
// exact names the real parameters and raised types and leaves out what a target cannot have; shared
// is one schema for all, so that a provider's caches work. What a target has nothing to say to is
// an empty string or list there.
#pragma once
#include <memory>
#include <span>

#include "outline/outline.h"
#include "pipeline/call/options.h"
#include "runtime/json.h"

namespace docwright::pipeline {

inline constexpr int kSchemaPropertiesMax = 100;

// How many properties one target takes of an exact schema.
int schema_properties(const outline::Definition& target);

struct RenderedSchema {
  std::string name;  // for the provider, [A-Za-z0-9_-]{1,64}
  std::shared_ptr<const Json> schema;
};
// An exact one that would have too many properties (a definition with a hundred parameters) is the
// shared one instead.
RenderedSchema answer_schema(AnswerSchema form, std::span<const outline::Definition> targets);

}  // namespace docwright::pipeline
