// Which of the files of a folder are worth a job.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace docwright::client {

// As the step `validate` has it, where nothing else is configured.
inline constexpr std::size_t kSourceBytesMax = std::size_t{1} << 20;

// Why this file is left out ("binary", "generated", ...); empty: it is not. With `force` only what
// no job could be made of.
std::string reason_to_skip(std::string_view path, std::string_view text, bool force);

}  // namespace docwright::client
