#include "providers/credentials.h"

#include <fmt/format.h>

#include <algorithm>

#include "providers/base_url.h"
#include "runtime/hash.h"

namespace docwright::providers {
namespace {

constexpr int kKeysMax = 17;  // of the environment: NAME and NAME_1 to NAME_16

// Enough to tell keys apart, and nothing of the key can be read from it.
std::string key_id(std::string_view secret) {
  return hex(sha256(secret)).substr(0, 8);
}

std::vector<Endpoint> with_keys(const Endpoint& keyless, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return {keyless};
  std::vector<Endpoint> endpoints;
  for (const std::string& secret : secrets) {
    if (std::ranges::find(endpoints, secret, &Endpoint::key) != endpoints.end()) continue;
    Endpoint& endpoint = endpoints.emplace_back(keyless);
    endpoint.key = secret;
    endpoint.key_id = key_id(secret);
  }
  return endpoints;
}

}  // namespace

const config::ProviderSettings* Credentials::settings_of(const Provider& provider) const {
  const auto found = settings_.find(provider.name);
  return found == settings_.end() ? nullptr : &found->second;
}

Result<std::string> Credentials::base_url(const Provider& provider, const Model& model) const {
  if (!model.base_url.empty()) return model.base_url;
  const auto from = [&](std::string_view place, const std::string& text) -> Result<std::string> {
    Result<std::string> normal = normalise_base_url(text, provider.address);
    if (!normal) normal.error().message = fmt::format("{}: {}", place, normal.error().message);
    return normal;
  };
  const config::ProviderSettings* settings = settings_of(provider);
  if (settings != nullptr && !settings->base_url.empty()) {
    return from(fmt::format("providers.{}.base_url", provider.name), settings->base_url);
  }
  const std::string variable =
      provider.base_url_env.empty() ? std::string() : environment_.value(provider.base_url_env);
  if (!variable.empty()) return from(provider.base_url_env, variable);
  return provider.base_url;
}

// Those that there are; an error where that is none.
Result<std::vector<std::string>> Credentials::resolved(
    const std::vector<config::SecretRef>& references) const {
  std::vector<std::string> secrets;
  std::optional<Error> first;
  for (const config::SecretRef& reference : references) {
    Result<std::string> secret = secrets_.resolve(reference);
    if (secret) {
      secrets.push_back(std::move(*secret));
    } else if (!first) {
      first = std::move(secret.error());
    }
  }
  if (secrets.empty()) return std::unexpected(std::move(*first));
  return secrets;
}

// NAME, NAME_1, NAME_2, ...; a gap ends nothing.
std::vector<std::string> Credentials::numbered(const std::string& variable) const {
  std::vector<std::string> secrets;
  for (int number = 0; number < kKeysMax; ++number) {
    const std::string name = number == 0 ? variable : fmt::format("{}_{}", variable, number);
    if (std::string secret = environment_.value(name); !secret.empty())
      secrets.push_back(std::move(secret));
  }
  return secrets;
}

Result<Credentials::Keys> Credentials::keys(const Provider& provider, const Model& model) const {
  std::vector<config::SecretRef> given;
  if (model.key.given()) {
    given = {model.key};
  } else if (!model.base_url.empty()) {
    return Keys{};
  } else if (const config::ProviderSettings* settings = settings_of(provider)) {
    if (settings->key.given()) given.push_back(settings->key);
    given.insert(given.end(), settings->keys.begin(), settings->keys.end());
  }
  Keys keys;
  if (!given.empty()) {
    auto secrets = resolved(given);
    if (!secrets) return std::unexpected(std::move(secrets.error()));
    keys.secrets = std::move(*secrets);
    return keys;
  }
  keys.looked = fmt::format("the configuration (providers.{}.key)", provider.name);
  for (const std::string& name : provider.key_env) {
    keys.secrets = numbered(name);
    if (!keys.secrets.empty()) return keys;
    keys.looked += fmt::format(", the environment variable {}", name);
  }
  return keys;
}

Result<Endpoint> Credentials::endpoint(const Provider& provider, const Model& model) const {
  auto all = endpoints(provider, model);
  if (!all) return std::unexpected(std::move(all.error()));
  return std::move(all->front());
}

Result<std::vector<Endpoint>> Credentials::endpoints(const Provider& provider,
                                                     const Model& model) const {
  Endpoint endpoint;
  if (provider.codec == nullptr) return std::vector{endpoint};
  Result<std::string> address = base_url(provider, model);
  if (!address) return std::unexpected(std::move(address.error()));
  Result<Keys> found = keys(provider, model);
  if (!found) return std::unexpected(std::move(found.error()));
  const bool own_server = !model.base_url.empty();
  if (address->empty()) {
    return fail(Code::no_credentials,
                fmt::format("there is no address for '{}' (model '{}'). docwright looked in: the "
                            "model's base_url, the configuration (providers.{}.base_url){}; none "
                            "is set",
                            provider.name, model.name, provider.name,
                            provider.base_url_env.empty()
                                ? std::string()
                                : ", the environment variable " + provider.base_url_env));
  }
  // Who has no address of their own has been asked for both: there the key goes with it.
  const bool its_own = *address == provider.base_url || (provider.base_url.empty() && !own_server);
  if (found->secrets.empty() && provider.key_required && its_own) {
    return fail(Code::no_credentials,
                fmt::format("there is no key for '{}' (model '{}'). docwright looked in: {}; none "
                            "is set. Set one of them, or "
                            "use the model 'offline', which needs none",
                            provider.name, model.name, found->looked));
  }
  endpoint.base_url = std::move(*address);
  const config::ProviderSettings* settings = settings_of(provider);
  if (own_server) {
    endpoint.headers.assign(model.headers.begin(), model.headers.end());
  } else if (settings != nullptr) {
    endpoint.headers.assign(settings->headers.begin(), settings->headers.end());
  }
  if (!own_server) take_deployment(provider, model, endpoint);
  return with_keys(endpoint, found->secrets);
}

// Of the environment: for models that say nothing of the kind themselves.
void Credentials::take_deployment(const Provider& provider, const Model& model,
                                  Endpoint& endpoint) const {
  const bool named = !model.name.ends_with(model.api_name);
  if (!provider.deployment_env.empty() && !named)
    endpoint.deployment = environment_.value(provider.deployment_env);
  if (!model.dialect.api_version.empty()) return;
  for (const std::string& name : provider.api_version_env) {
    endpoint.api_version = environment_.value(name);
    if (!endpoint.api_version.empty()) return;
  }
}

std::string_view Credentials::state(const Provider& provider, const Model& model) const {
  if (provider.codec == nullptr) return "not needed";
  const Result<Endpoint> found = endpoint(provider, model);
  if (!found) return "none";
  return found->key.empty() ? "not needed" : "found";
}

}  // namespace docwright::providers
