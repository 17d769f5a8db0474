// The catalogue of models: limits, prices, dialects; config/etc/models.yaml, extended by the
// configuration's `models`.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.h"
#include "runtime/error.h"
#include "tokens/money.h"

namespace docwright::providers {

struct Model {
  std::string
      name;  // as clients say it: "gpt-5.4-mini", "offline", or "local/qwen" from the configuration
  std::string provider;  // name in the registry
  std::string api_name;  // as the provider says it
  std::vector<std::string> aliases;
  std::int64_t window_tokens = 0;      // prompt + answer
  std::int64_t input_tokens_max = 0;   // 0: window - answer
  std::int64_t output_tokens_max = 0;  // the largest answer limit that may be asked for
  bool reasoning = false;              // spends answer tokens on thinking
  std::optional<Prices> prices;        // absent: unknown; refused where a money budget applies
  std::string base_url;                // overrides the provider's
  std::string key;                     // name of the secret, where it is not the provider's own
  Dialect dialect;
  Json parameters = Json::object();  // defaults sent with each question
  std::vector<std::string>
      parameters_refused;  // names the model rejects: dropped at lint with an error
};

// Immutable after load; any thread.
class Models final {
 public:
  // Parses YAML of the form of models.yaml; errors carry file:line:column. A later text's model
  // replaces an earlier one's.
  static Result<Models> parse(const std::vector<std::pair<std::string, std::string>>& named_texts);
  // By name or alias; nullptr if there is none.
  const Model* find(std::string_view name) const;
  std::vector<const Model*> all() const;
  std::vector<std::string_view> names() const;

 private:
  std::map<std::string, Model, std::less<>> models_;
  std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace docwright::providers
