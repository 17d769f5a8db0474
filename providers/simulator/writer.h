// What a simulated model writes: a valid document for the schema it is given, the same for the same
// question.
#pragma once
#include <string>

#include "providers/simulator/api.h"

namespace docwright::providers::simulator {

// JSON that is valid against the schema of the question (enforced, or told in words), and right
// about the code where the prompt holds its facts: an object {"targets": [definitions]} anywhere in
// a message (docs/simulator.md). Without a schema: a sentence of prose. `seed` varies the words.
// Descriptions are lengthened until it has about `bytes_wanted`, never more.
std::string written(const Asked& asked, std::uint64_t seed, std::size_t bytes_wanted = 0);

// The same with every documented parameter's name changed.
std::string with_wrong_names(const std::string& document);

}  // namespace docwright::providers::simulator
