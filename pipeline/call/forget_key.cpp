#include "pipeline/call/forget_key.h"

namespace docwright::pipeline {
namespace {

constexpr std::size_t kKeyBytesMin = 4;
constexpr std::string_view kMask = "***";

void mask(std::string& text, std::string_view key) {
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
    text.replace(at, key.size(), kMask);
    at += kMask.size();
  }
}

}  // namespace

void forget_key(providers::HttpResponse& response, std::string_view key) {
  if (key.size() < kKeyBytesMin) return;
  for (auto& [header, value] : response.headers) mask(value, key);
  mask(response.body, key);
}

}  // namespace docwright::pipeline
