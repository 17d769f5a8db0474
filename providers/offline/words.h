// One definition's documentation in words, whatever form an answer's schema then gives it.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "providers/offline/facts.h"

namespace docwright::providers::offline {

using Named =
    std::vector<std::pair<std::string, std::string>>;  // name, words; in the order of the source

struct Words {
  std::string summary;  // one sentence of at most 120 bytes that ends with a period
  std::string description;
  Named parameters, type_parameters;
  std::string returns,
      yields;    // empty exactly where the facts know of no returned or yielded value
  Named raises;  // every type that the facts name, and no other
};

// Facts first; the existing documentation gives the words where it has some. The same facts give
// the same words.
Words words_of(const Facts& facts);

}  // namespace docwright::providers::offline
