#include "providers/simulator/api.h"

namespace docwright::providers::simulator {

std::vector<std::string_view> pieces(std::string_view text) {
  constexpr std::size_t kBytes = 4;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    std::size_t end = std::min(kBytes, text.size());
    while (end < text.size() && continues(text[end])) ++end;
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

}  // namespace docwright::providers::simulator
