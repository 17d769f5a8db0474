// What tells whether a definition has changed: hashes of what it says to the compiler, not of how
// it is laid out.
#pragma once
#include <string>
#include <string_view>

#include "outline/outline.h"
#include "runtime/hash.h"

namespace docwright::pipeline {

// The code of `text` without comments and with every run of blanks as one blank; strings are kept
// byte for byte. In Python a line's indentation is kept, because it is a token. `documentation`
// (relative to text) is left out. Linear.
std::string significant_code(outline::Language language, std::string_view text,
                             std::optional<outline::Range> documentation);

struct Fingerprint {
  Hash body{};       // of the significant code of the definition
  Hash interface{};  // of its kind, symbol and signature
  Hash context{};    // of what else the prompt said about it
};
Fingerprint fingerprint(outline::Language language, std::string_view source,
                        const outline::Definition& definition, std::string_view context);

}  // namespace docwright::pipeline
