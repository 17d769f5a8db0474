// Pieces of source as they appear in facts: one line, without comments.
#pragma once
#include <string>
#include <string_view>

namespace docwright::outline {

enum class Comments { hash, slashes };  // of Python; of C and C++

// Runs of blanks, line ends and comments become one blank; string literals stay as they are (a line
// end in one becomes a blank). Longer results than `bytes_max` are cut at a code point and end in
// "…".
std::string one_line(std::string_view text, Comments comments, std::size_t bytes_max);

inline constexpr std::size_t kSignatureBytesMax = 4000;
inline constexpr std::size_t kTypeBytesMax = 1000;
inline constexpr std::size_t kNameBytesMax = 500;

}  // namespace docwright::outline
