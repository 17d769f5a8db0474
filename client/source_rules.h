// Which files of a folder become jobs.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace docwright::client {

// The largest file worth reading.
inline constexpr std::size_t kSourceBytesMax = std::size_t{16} << 20;

// Why this file is left out ("binary", "generated", ...); empty: it is not. `named`: a person named
// this very file, so its extension and size are left to the daemon. `force` lets generated,
// minified and vendored files pass.
std::string reason_to_skip(std::string_view path, std::string_view text, bool named, bool force);
// The same by the path alone, before the file is read.
std::string reason_to_skip_unread(std::string_view path, bool named, bool force);

}  // namespace docwright::client
