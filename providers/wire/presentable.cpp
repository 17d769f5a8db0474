#include "providers/wire/errors.h"
#include "runtime/characters.h"
#include "runtime/text.h"

namespace docwright::providers::wire {
namespace {

bool ends_word(char c) {
  return c == ' ' || c == '"' || c == '\'' || c == '\n' || c == '\t' || c == ',';
}

bool looks_like_a_key(std::string_view word, std::string_view before) {
  if (word.starts_with("sk-") || word.starts_with("gsk_") || word.starts_with("AIza")) return true;
  if (word.contains("***")) return true;  // masked, but half of it is left
  return before.ends_with("key provided: ") || before.ends_with("Bearer ");
}

}  // namespace

std::string presentable(std::string_view text) {
  std::string shown;
  std::size_t at = 0;
  while (at < text.size() && shown.size() < kMessageBytesMax) {
    std::size_t end = at;
    while (end < text.size() && !ends_word(text[end])) ++end;
    std::string_view word = text.substr(at, end - at);
    std::string_view tail;
    if (word.ends_with('.')) {
      tail = ".";
      word.remove_suffix(1);
    }
    if (looks_like_a_key(word, text.substr(0, at))) {
      shown.append("***").append(tail);
    } else {
      shown.append(word).append(tail);
    }
    if (end < text.size()) shown += text[end] == '\n' || text[end] == '\t' ? ' ' : text[end];
    at = end + 1;
  }
  shown = to_valid_utf8(shown);
  if (shown.size() > kMessageBytesMax) {
    std::size_t cut = kMessageBytesMax - 3;
    while (is_continuation(shown[cut])) --cut;
    shown.resize(cut);
    shown += "...";
  }
  return shown;
}

}  // namespace docwright::providers::wire
