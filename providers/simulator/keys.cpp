#include "providers/simulator/keys.h"

#include <algorithm>

#include "runtime/hash.h"

namespace docwright::providers::simulator {
namespace {

constexpr std::size_t kNameDigits = 12;

const Key* find(std::string_view key, const std::vector<Key>& known) {
  const auto found = std::ranges::find(known, key, &Key::key);
  return found == known.end() ? nullptr : &*found;
}

}  // namespace

std::string_view key_of(const Headers& headers, std::string_view query) {
  constexpr std::string_view kBearer = "Bearer ";
  if (const std::string_view sent = header(headers, "authorization"); sent.starts_with(kBearer))
    return sent.substr(kBearer.size());
  for (const std::string_view name : {"api-key", "x-api-key", "x-goog-api-key"}) {
    if (const std::string_view sent = header(headers, name); !sent.empty()) return sent;
  }
  constexpr std::string_view kName = "key=";
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    if (field.starts_with(kName)) return field.substr(kName.size());
    query.remove_prefix(std::min(field.size() + 1, query.size()));
  }
  return {};
}

std::string key_name(std::string_view key, const std::vector<Key>& known) {
  if (key.empty()) return {};
  const Key* found = find(key, known);
  if (found != nullptr && !found->name.empty()) return found->name;
  return "key-" + hex(sha256(key)).substr(0, kNameDigits);
}

std::optional<ErrorClass> refusal_of(std::string_view key, const std::vector<Key>& known) {
  if (known.empty()) return std::nullopt;
  const Key* found = find(key, known);
  if (found == nullptr) return ErrorClass::auth;
  switch (found->state) {
    case KeyState::valid:
      return std::nullopt;
    case KeyState::revoked:
      return ErrorClass::auth;
    case KeyState::out_of_quota:
      return ErrorClass::quota;
    case KeyState::forbidden:
      return ErrorClass::permission;
  }
  return std::nullopt;
}

}  // namespace docwright::providers::simulator
