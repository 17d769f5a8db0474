#include "providers/forget_key.h"

namespace docwright::providers {
namespace {

constexpr std::size_t kKeyBytesMin = 4;
constexpr std::string_view kMask = "***";

}  // namespace

bool holds_key(std::string_view text, std::string_view key) {
  return key.size() >= kKeyBytesMin && text.contains(key);
}

void forget_key(std::string& text, std::string_view key) {
  if (key.size() < kKeyBytesMin) return;
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
    text.replace(at, key.size(), kMask);
    at += kMask.size();
  }
}

void forget_key(Headers& headers, std::string_view key) {
  for (auto& [header, value] : headers) forget_key(value, key);
}

}  // namespace docwright::providers
