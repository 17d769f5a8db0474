#include "providers/simulator/api.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/characters.h"

namespace docwright::providers::simulator {

std::vector<std::string_view> pieces(std::string_view text) {
  constexpr std::size_t kBytes = 4;
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    std::size_t end = std::min(kBytes, text.size());
    while (end < text.size() && is_continuation(text[end])) ++end;
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

std::optional<std::string> overflow(const Fit& fit) {
  const std::int64_t requested = fit.prompt_tokens + fit.answer_tokens_max;
  if (requested <= fit.window) return std::nullopt;
  return fmt::format(
      "This model's maximum context length is {} tokens. However, you requested {} tokens ({} in "
      "the messages, {} in the completion). Please reduce the length of the messages or "
      "completion.",
      fit.window, requested, fit.prompt_tokens, fit.answer_tokens_max);
}

}  // namespace docwright::providers::simulator
