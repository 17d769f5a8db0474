// JSON Schema (2020-12), the part of it that providers' structured output and our own records use.
//
// Keywords: type, properties, required, additionalProperties, items, enum, const, anyOf, $ref (to a
// place in the same schema), $defs, minimum, maximum, minLength, maxLength, minItems, maxItems,
// minProperties, maxProperties; title, description, default, examples, deprecated, $schema, $id and
// $comment say nothing about values. Any other keyword is an error of compile(): a rule that would
// not be checked must not look as if it were. Why by hand, and why not pattern and format:
// docs/decisions/0006-own-validator.md.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/error.h"
#include "runtime/json.h"

namespace docwright::schemas {

struct Violation {
  std::string pointer;  // JSON pointer into the value; empty: the value itself
  std::string message;  // "expected a string, found a number"
  bool operator==(const Violation&) const = default;
};

struct SchemaTree;

// Compiled once, immutable; any thread; a copy shares.
class Schema final {
 public:
  // An error's `at` is a JSON pointer into the schema.
  static Result<Schema> compile(const Json& schema);

  // Everything that is wrong, in the order of the schema's and the value's members; at most
  // kViolationsMax. Work and stack are bounded whatever the value is.
  std::vector<Violation> validate(const Json& value) const;

  static constexpr std::size_t kViolationsMax = 50;

 private:
  explicit Schema(std::shared_ptr<const SchemaTree> tree);
  std::shared_ptr<const SchemaTree> tree_;
};

// One sentence for a person: the first violation, and how many more there are. Empty for none.
std::string to_text(const std::vector<Violation>& violations);

}  // namespace docwright::schemas
