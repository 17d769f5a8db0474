// Text files compiled into the program (cmake/embed.cmake).
#pragma once
#include <span>
#include <string_view>

namespace docwright {

struct EmbeddedFile {
  std::string_view path;  // relative to the folder that embeds it
  std::string_view text;
};

}  // namespace docwright
