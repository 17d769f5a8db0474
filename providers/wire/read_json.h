// JSON of others, whatever has become of its characters.
#pragma once
#include <string_view>

#include "runtime/json.h"

namespace docwright::providers::wire {

// As parse_json(); but a byte that is no UTF-8, and an escape of half a surrogate pair (a proxy has
// cut a text between the halves), count as U+FFFD: for want of one character no answer that was
// paid is lost.
Result<Json> read_json(std::string_view text);

}  // namespace docwright::providers::wire
