// Which address, key and headers a call uses, and where docwright looked when there is no key.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/environment.h"
#include "config/secrets.h"
#include "config/settings.h"
#include "providers/models.h"

namespace docwright::providers {

// Any thread. Reads small local files (keys that can change while the daemon runs); its errors
// never contain a key.
//
// Address: the model's own, else the configuration's for the provider, else the environment's
// (OPENAI_BASE_URL), else the provider's. Key: the model's own, else the configuration's, else the
// environment's (OPENAI_API_KEY, and OPENAI_API_KEY_1, _2 ... beside it). A model with an address
// of its own gets none but its own key and headers: another server must not see the provider's.
// Without a key the provider's own address answers no_credentials; any other address is asked
// without one. A provider without an address of its own (Azure) needs both.
class Credentials final {
 public:
  using Settings = std::map<std::string, config::ProviderSettings>;

  // Both outlive it.
  Credentials(const Settings& settings, config::Secrets& secrets, config::Environment environment)
      : settings_(settings), secrets_(secrets), environment_(std::move(environment)) {}

  // One for each key, never none; they differ in nothing else. Of a provider that answers locally:
  // an empty one.
  Result<std::vector<Endpoint>> endpoints(const Provider& provider, const Model& model) const;
  // The first of them.
  Result<Endpoint> endpoint(const Provider& provider, const Model& model) const;

  // For lists: "found", "none" or "not needed".
  std::string_view state(const Provider& provider, const Model& model) const;

 private:
  struct Keys {
    std::vector<std::string> secrets;  // each once
    std::string looked;                // where, in words, if none was found
  };
  void take_deployment(const Provider& provider, const Model& model, Endpoint& endpoint) const;
  Result<std::string> base_url(const Provider& provider, const Model& model) const;
  Result<Keys> keys(const Provider& provider, const Model& model) const;
  Result<std::vector<std::string>> resolved(const std::vector<config::SecretRef>& references) const;
  std::vector<std::string> numbered(const std::string& variable) const;
  const config::ProviderSettings* settings_of(const Provider& provider) const;

  const Settings& settings_;
  config::Secrets& secrets_;
  const config::Environment environment_;
};

}  // namespace docwright::providers
