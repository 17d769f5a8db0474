#include "providers/forget_key.h"

#include <algorithm>

namespace docwright::providers {
namespace {

constexpr std::size_t kKeyBytesMin = 4;
constexpr std::string_view kMask = "***";

bool is_secret(std::string_view key) {
  return key.size() >= kKeyBytesMin;
}

}  // namespace

bool holds_key(std::string_view text, std::string_view key) {
  return is_secret(key) && text.contains(key);
}

void forget_key(std::string& text, std::string_view key) {
  if (!is_secret(key)) return;
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
    text.replace(at, key.size(), kMask);
    at += kMask.size();
  }
}

void forget_key(Headers& headers, std::string_view key) {
  for (auto& [header, value] : headers) forget_key(value, key);
}

void forget_key(Answer& answer, std::string_view key) {
  for (std::string* text : {&answer.text, &answer.finish_raw, &answer.model, &answer.response_id})
    forget_key(*text, key);
}

void forget_key(CallError& error, std::string_view key) {
  forget_key(error.message, key);
  forget_key(error.code, key);
}

std::string shown_of(std::string_view text, std::string_view key) {
  std::string shown(text);
  if (!is_secret(key)) return shown;
  forget_key(shown, key);
  std::size_t begun = std::min(key.size() - 1, shown.size());
  while (!shown.ends_with(key.substr(0, begun))) --begun;
  shown.resize(shown.size() - begun);
  return shown;
}

}  // namespace docwright::providers
