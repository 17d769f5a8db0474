// Which of the files of a folder are worth a job.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace docwright::client {

// The largest file worth reading.
inline constexpr std::size_t kSourceBytesMax = std::size_t{16} << 20;

// Why this file is left out ("binary", "generated", ...); empty: it is not. `named`: by a person,
// so that its extension and its size do not matter (the daemon will say what it thinks of them).
// `force` passes generated, minified and vendored ones.
std::string reason_to_skip(std::string_view path, std::string_view text, bool named, bool force);
// By name alone, before the file is read: the same, as far as the name tells.
std::string reason_to_skip_unread(std::string_view path, bool named, bool force);

}  // namespace docwright::client
