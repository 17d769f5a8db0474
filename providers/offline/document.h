// Words in the form that an answer's schema asks for.
#pragma once
#include <functional>

#include "providers/offline/words.h"
#include "runtime/json.h"

namespace docwright::providers::offline {

struct Wording {
  std::function<Words(const Facts&)> words;  // of one target
  std::string note;                          // goes into each document's notes
};

// The schema is walked, not assumed: {"documents": ...} with one member per symbol (exact), or a
// list of objects that name their target and carry {name, description} entries (shared). Members
// that nobody knows get a value that is valid.
Json answer_for(const Json& schema, const std::vector<Facts>& targets, const Wording& wording);

}  // namespace docwright::providers::offline
