#include "providers/simulator/prefix_cache.h"

#include <algorithm>

#include "providers/simulator/answers.h"
#include "runtime/hash.h"

namespace docwright::providers::simulator {
namespace {

constexpr std::int64_t kStepTokens = 128;

}  // namespace

bool PrefixCache::seen(std::string_view model, std::string_view schema, std::string_view prefix) {
  return !seen_.insert(std::string(bytes_of(sha256_of({model, schema, prefix})))).second;
}

// The schema counts as standing before the texts, as it does where it is a tool.
PrefixCache::Found PrefixCache::look_up(const Asked& asked, bool unasked) {
  Found found;
  const std::string schema = asked.schema.is_null() ? std::string() : dump_json(asked.schema);
  std::string texts;
  for (const Message& message : asked.messages) texts += message.text;
  const auto prefix_of = [&](std::int64_t bytes) {
    const auto of_texts =
        std::max<std::int64_t>(0, bytes - static_cast<std::int64_t>(schema.size()));
    return std::string_view(texts).substr(0, static_cast<std::size_t>(of_texts));
  };
  if (asked.stable_bytes > 0) {
    const std::int64_t tokens = asked.stable_bytes / kBytesPerToken;
    if (tokens < tokens_min_ || tokens == 0) return found;
    (seen(asked.model, schema, prefix_of(asked.stable_bytes)) ? found.cached : found.written) =
        tokens;
    return found;
  }
  if (!unasked) return found;
  for (std::int64_t tokens = kStepTokens; tokens * kBytesPerToken <= asked.prompt_bytes;
       tokens += kStepTokens) {
    const bool known = seen(asked.model, schema, prefix_of(tokens * kBytesPerToken));
    if (tokens < tokens_min_) continue;
    if (known) found.cached = tokens;
    found.written = tokens - found.cached;
  }
  return found;
}

}  // namespace docwright::providers::simulator
