// The two forms of answer schema that pipeline/call renders, for two targets.
#pragma once
#include <gtest/gtest.h>

#include "runtime/json.h"
#include "schemas/validator.h"

namespace docwright::providers::testing {

inline void expect_valid(const Json& schema, const Json& document) {
  const Result<schemas::Schema> compiled = schemas::Schema::compile(schema);
  ASSERT_TRUE(compiled.has_value()) << compiled.error().message;
  EXPECT_EQ(schemas::to_text(compiled->validate(document)), "");
}

inline Json exact_schema() {
  return Json::parse(R"({
    "type": "object", "required": ["documents"], "additionalProperties": false,
    "properties": {"documents": {
      "type": "object", "required": ["Reader.next", "helper"], "additionalProperties": false,
      "properties": {
        "Reader.next": {
          "type": "object", "additionalProperties": false,
          "required": ["summary", "description", "parameters", "returns", "raises"],
          "properties": {
            "summary": {"type": "string"}, "description": {"type": "string"},
            "parameters": {"type": "object", "additionalProperties": false, "required": ["size", "rest"],
                           "properties": {"size": {"type": "string"}, "rest": {"type": "string"}}},
            "returns": {"type": "string"},
            "raises": {"type": "array", "items": {
              "type": "object", "required": ["type", "when"], "additionalProperties": false,
              "properties": {"type": {"type": "string", "enum": ["EOFError", "ValueError"]}, "when": {"type": "string"}}}}}},
        "helper": {
          "type": "object", "additionalProperties": false, "required": ["summary", "description", "yields"],
          "properties": {"summary": {"type": "string"}, "description": {"type": "string"}, "yields": {"type": "string"}}}}}}})");
}

inline Json shared_schema() {
  return Json::parse(R"({
    "type": "object", "required": ["documents"], "additionalProperties": false,
    "properties": {"documents": {"type": "array", "items": {
      "type": "object", "additionalProperties": false,
      "required": ["symbol", "summary", "description", "parameters", "returns", "yields", "raises"],
      "properties": {
        "symbol": {"type": "string"}, "summary": {"type": "string"}, "description": {"type": "string"},
        "parameters": {"type": "array", "items": {
          "type": "object", "required": ["name", "description"], "additionalProperties": false,
          "properties": {"name": {"type": "string"}, "description": {"type": "string"}}}},
        "returns": {"type": "string"}, "yields": {"type": "string"},
        "raises": {"type": "array", "items": {
          "type": "object", "required": ["type", "when"], "additionalProperties": false,
          "properties": {"type": {"type": "string"}, "when": {"type": "string"}}}}}}}}})");
}

inline Json facts() {
  return Json::parse(R"json({"targets": [
    {"kind": "method", "name": "next", "symbol": "Reader.next", "signature": "def next(self, size: int = 4, *rest) -> bytes",
     "parameters": [{"name": "size", "type": "int", "default": "4", "kind": "positional_or_keyword"},
                    {"name": "rest", "kind": "variadic"}],
     "return_type": "bytes", "returns_value": true, "raises": ["EOFError", "ValueError"],
     "existing_doc": "\"\"\"Reads the following block. Blocks overlap.\n\n    Args:\n        size (int): How many bytes\n            to take.\n    Raises:\n        EOFError: At the end.\n    \"\"\""},
    {"kind": "function", "name": "helper", "symbol": "helper", "signature": "def helper()", "yields": true}]})json");
}

}  // namespace docwright::providers::testing
