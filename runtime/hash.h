// SHA-256 (FIPS 180-4) by libcrypto.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace docwright {

using Hash = std::array<std::uint8_t, 32>;

Hash sha256(std::string_view bytes);
// Of several parts, each preceded by its length, so that no two lists of parts collide.
Hash sha256_of(std::initializer_list<std::string_view> parts);
std::string hex(const Hash& hash);
std::string_view bytes_of(const Hash& hash);

}  // namespace docwright
