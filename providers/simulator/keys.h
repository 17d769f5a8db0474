// Who asks: the key of a request, wherever its format sends it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/simulator/scenario.h"

namespace docwright::providers::simulator {

// Of the headers (Authorization: Bearer, api-key, x-api-key, x-goog-api-key) or the query (key=);
// empty: none.
std::string_view key_of(const Headers& headers, std::string_view query);

// What a key is called in lists, of which nothing of the key can be read; empty: there is none.
std::string key_name(std::string_view key, const std::vector<Key>& known);
// What a key that is not valid is refused as.
std::optional<ErrorClass> refusal_of(std::string_view key, const std::vector<Key>& known);

}  // namespace docwright::providers::simulator
