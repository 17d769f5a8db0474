// The facts of a question's targets, read from the JSON in which outline/ writes them.
#pragma once
#include <string>
#include <vector>

#include "runtime/json.h"

namespace docwright::providers::offline {

struct ParameterFacts {
  std::string name, type, default_value, kind;
};

// The members of outline::Definition that documents can be written from, under the same names.
struct Facts {
  std::string kind, name, symbol, signature, return_type, existing_doc;
  std::vector<ParameterFacts> parameters, type_parameters;
  bool returns_value = false;
  bool yields = false;
  std::vector<std::string> raises, flags;
};

// Of {"targets": [...]}; whatever is missing or of another type is empty.
std::vector<Facts> facts_of(const Json& facts);

}  // namespace docwright::providers::offline
