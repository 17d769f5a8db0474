#include "providers/credentials.h"

#include <fmt/format.h>

#include "providers/base_url.h"

namespace docwright::providers {

const config::ProviderSettings* Credentials::settings_of(const Provider& provider) const {
  const auto found = settings_.find(provider.name);
  return found == settings_.end() ? nullptr : &found->second;
}

Result<std::string> Credentials::base_url(const Provider& provider, const Model& model) const {
  if (!model.base_url.empty()) return model.base_url;
  const auto from = [](std::string_view place, const std::string& text) -> Result<std::string> {
    Result<std::string> normal = normalise_base_url(text);
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

Result<Credentials::Key> Credentials::key(const Provider& provider, const Model& model) const {
  const auto resolved = [&](const config::SecretRef& reference) -> Result<Key> {
    Result<std::string> secret = secrets_.resolve(reference);
    if (!secret) return std::unexpected(std::move(secret.error()));
    return Key{std::move(*secret), {}};
  };
  if (model.key.given()) return resolved(model.key);
  if (!model.base_url.empty()) return Key{};
  const config::ProviderSettings* settings = settings_of(provider);
  if (settings != nullptr && settings->key.given()) return resolved(settings->key);
  Key none;
  none.looked = fmt::format("the configuration (providers.{}.key)", provider.name);
  for (const std::string& name : provider.key_env) {
    std::string secret = environment_.value(name);
    if (!secret.empty()) return Key{std::move(secret), {}};
    none.looked += fmt::format(", the environment variable {}", name);
  }
  return none;
}

Result<Endpoint> Credentials::endpoint(const Provider& provider, const Model& model) const {
  Endpoint endpoint;
  if (provider.codec == nullptr) return endpoint;
  Result<std::string> address = base_url(provider, model);
  if (!address) return std::unexpected(std::move(address.error()));
  Result<Key> found = key(provider, model);
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
  if (found->secret.empty() && provider.key_required && its_own) {
    return fail(Code::no_credentials,
                fmt::format("there is no key for '{}' (model '{}'). docwright looked in: {}; none "
                            "is set. Set one of them, or "
                            "use the model 'offline', which needs none",
                            provider.name, model.name, found->looked));
  }
  endpoint.base_url = std::move(*address);
  endpoint.key = std::move(found->secret);
  const config::ProviderSettings* settings = settings_of(provider);
  if (own_server) {
    endpoint.headers.assign(model.headers.begin(), model.headers.end());
  } else if (settings != nullptr) {
    endpoint.headers.assign(settings->headers.begin(), settings->headers.end());
  }
  if (!own_server) take_deployment(provider, model, endpoint);
  return endpoint;
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
