#include "providers/wire/context_numbers.h"

#include <array>
#include <cctype>
#include <string>

#include "providers/wire/members.h"
#include "runtime/characters.h"

namespace docwright::providers::wire {
namespace {

// What providers say, in lower case: {w} is the window, each {r} is added to what was requested, *
// stands for anything. The first that is found counts, so the more telling ones stand first.
constexpr auto kPatterns = std::to_array<std::string_view>({
    "is too large: {r}.*maximum context length is {w} tokens and your request has {r} input tokens",
    "maximum context length is {w} tokens*requested a total of {r} tokens",
    "maximum context length is {w} tokens*for a total of {r} tokens",
    "maximum context length is {w} tokens*for a total of at least {r} tokens",
    "maximum context length is {w} tokens*requested {r} tokens",
    "maximum context length is {w} tokens*resulted in {r} tokens",
    "maximum context length is {w} tokens*has {r} input tokens",
    "maximum context length of {w} tokens*total of {r} tokens",
    "contains {r} tokens*{w} maximum context length",
    "limit of {w} tokens*resulted in {r} tokens",
    "{r} tokens > {w} maximum",
    "{r} + {r} > {w}",
    "token count ({r}) exceeds*allowed ({w})",
    "token count is {r} but*supports up to {w}",
    "({r} tokens) exceeds*context size ({w} tokens)",
    "must be <= {w}*given: {r} `inputs` tokens and {r} `max_new_tokens`",
    "must have less than {w} tokens. given: {r}",
    "({r} tokens) is longer than*context length ({w} tokens)",
    "(length {r}) is longer than the maximum model length of {w}",
    "first {r} tokens when context the overflows*context length of only {w} tokens",
    "limit {w},*requested {r}",
    "limit: {w},*requested: {r}",
    "maximum context length is {w} tokens",
    "maximum context length of {w} tokens",
    "number of tokens allowed {w}",
});

// Numbers stand near the beginning; what comes later may be the prompt.
constexpr std::size_t kBytesRead = 1024;

// Takes "128000" or "128,000" off the front.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t value = 0;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool comma = text[at] == ',' && at > 0 && at + 1 < text.size() && text[at + 1] >= '0' &&
                       text[at + 1] <= '9';
    if (comma) continue;
    if (text[at] < '0' || text[at] > '9') break;
    value = std::min(value * 10 + (text[at] - '0'), kCountMax);
  }
  if (at == 0) return std::nullopt;
  text.remove_prefix(at);
  return value;
}

// `text` begins with what the pattern says.
bool matches(std::string_view text, std::string_view pattern, ContextNumbers& found) {
  while (!pattern.empty()) {
    if (pattern.front() == '*') {
      pattern.remove_prefix(1);
      for (; !text.empty(); text.remove_prefix(1)) {
        ContextNumbers rest = found;
        if (!matches(text, pattern, rest)) continue;
        found = rest;
        return true;
      }
      return false;
    }
    if (pattern.starts_with("{w}") || pattern.starts_with("{r}")) {
      const auto number = take_number(text);
      if (!number) return false;
      if (pattern[1] == 'w') {
        found.window = *number;
      } else {
        found.requested += *number;
      }
      pattern.remove_prefix(3);
      continue;
    }
    if (text.empty() || text.front() != pattern.front()) return false;
    text.remove_prefix(1);
    pattern.remove_prefix(1);
  }
  return true;
}

// Not in the midst of a number: the end of one is another.
bool begins_a_word(std::string_view text, std::size_t at) {
  return at == 0 || std::isdigit(static_cast<unsigned char>(text[at - 1])) == 0;
}

std::optional<ContextNumbers> from_words(std::string_view message) {
  const std::string text = lower(message.substr(0, kBytesRead));
  const std::string_view all = text;
  for (const std::string_view pattern : kPatterns) {
    for (std::size_t at = 0; at < all.size(); ++at) {
      ContextNumbers found;
      if (begins_a_word(all, at) && matches(all.substr(at), pattern, found) && found.window > 0)
        return found;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<ContextNumbers> context_numbers(std::string_view message, const Json* error) {
  if (error != nullptr) {
    const std::int64_t window = count_of(*error, "n_ctx");
    if (window > 0) return ContextNumbers{window, count_of(*error, "n_prompt_tokens")};
  }
  return from_words(message);
}

}  // namespace docwright::providers::wire
