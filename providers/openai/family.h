// OpenAI's wire formats, and those of every provider that speaks them: one codec for all; what sets
// a provider apart is data. Its folder has a Variant, and nothing that is here.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "providers/provider.h"
#include "providers/wire/errors.h"

namespace docwright::providers::openai {

struct Variant {
  // Where a request goes. `path`: chat/completions, responses or models.
  std::string (*address)(const Endpoint& endpoint, const Dialect& dialect, std::string_view model,
                         std::string_view path);
  // The header with the key; called where there is one.
  Headers::value_type (*authorisation)(const std::string& key, const Dialect& dialect);
  // Rows that go before the common ones (wire/errors.h).
  std::span<const wire::ErrorRule> errors = {};
  // Parameters that the provider refuses whatever the model.
  std::span<const std::string_view> lacks = {};
  // Whether it can be told how to cache; null: always.
  bool (*takes_cache_key)(const Endpoint& endpoint, const Dialect& dialect) = nullptr;
};

// base_url/path
std::string plain_address(const Endpoint& endpoint, const Dialect& dialect, std::string_view model,
                          std::string_view path);
// Authorization: Bearer
Headers::value_type bearer(const std::string& key, const Dialect& dialect);

std::unique_ptr<const Codec> codec(Variant variant = {.address = plain_address,
                                                      .authorisation = bearer});

}  // namespace docwright::providers::openai
