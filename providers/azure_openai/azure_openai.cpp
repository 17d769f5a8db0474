#include "providers/azure_openai/azure_openai.h"

#include <array>

#include "providers/openai/family.h"
#include "providers/wire/path.h"

namespace docwright::providers::azure_openai {
namespace {

using enum ErrorClass;

// Of those with a date, the latest that is no preview.
constexpr std::string_view kVersion = "2024-10-21";

constexpr std::array kErrors = {
    wire::ErrorRule{.code = "PermissionDenied", .error_class = permission},  // 401 as well
    wire::ErrorRule{.code = "Unauthorized", .error_class = auth},
    wire::ErrorRule{.code = "Timeout", .error_class = timeout},
    wire::ErrorRule{.code = "OperationNotSupported", .error_class = invalid_request},
    wire::ErrorRule{.code = "NoCapacity", .error_class = overloaded},
    wire::ErrorRule{.status = 429, .phrase = "experiencing high demand", .error_class = overloaded},
};

// People write the resource's address alone, up to /openai, or up to /openai/v1.
std::string resource_of(std::string_view base_url) {
  const std::size_t scheme = base_url.find("://");
  const std::size_t host = scheme == base_url.npos ? 0 : scheme + 3;
  if (const std::size_t api = base_url.find("/openai", host); api != base_url.npos)
    return std::string(base_url.substr(0, api));
  if (base_url.ends_with("/v1")) base_url.remove_suffix(3);
  return std::string(base_url);
}

bool dated(std::string_view version) {
  return !version.empty() && version.front() >= '0' && version.front() <= '9';
}

const std::string& version_of(const Endpoint& endpoint, const Dialect& dialect) {
  return dialect.api_version.empty() ? endpoint.api_version : dialect.api_version;
}

// The form with the deployment in the path has dated versions; the newer one (v1) has none, or
// `preview`. Only Chat Completions are asked for in the older one.
bool older_form(const Endpoint& endpoint, const Dialect& dialect) {
  return dialect.deployment_url || dated(version_of(endpoint, dialect));
}

// A version refuses what is younger than it is.
bool takes_cache_key(const Endpoint& endpoint, const Dialect& dialect) {
  return !older_form(endpoint, dialect) || dialect.api == Api::responses;
}

std::string address(const Endpoint& endpoint, const Dialect& dialect, std::string_view model,
                    std::string_view path) {
  std::string version = version_of(endpoint, dialect);
  std::string url = resource_of(endpoint.base_url) + "/openai/";
  if (older_form(endpoint, dialect) && path != "responses") {
    if (path != "models") url += "deployments/" + wire::path_segment(model) + '/';
    if (!dated(version)) version = kVersion;
  } else {
    url += "v1/";
    if (dated(version)) version.clear();
  }
  url += path;
  if (!version.empty()) url += "?api-version=" + wire::path_segment(version);
  return url;
}

Headers::value_type authorisation(const std::string& key, const Dialect& dialect) {
  if (dialect.bearer) return {"Authorization", "Bearer " + key};
  return {"api-key", key};
}

}  // namespace

Provider provider() {
  Provider provider;
  provider.name = "azure_openai";
  provider.sentence = "OpenAI's models in Azure, by deployment.";
  provider.base_url_env = "AZURE_OPENAI_ENDPOINT";
  provider.key_env = {"AZURE_OPENAI_KEY", "AZURE_OPENAI_API_KEY"};
  provider.deployment_env = "AZURE_OPENAI_DEPLOYMENT";
  provider.api_version_env = {"AZURE_API_VERSION", "OPENAI_API_VERSION"};
  provider.limits = {.headers = LimitHeaders::azure, .charged = TokensCharged::larger};
  provider.codec = openai::codec({.address = address,
                                  .authorisation = authorisation,
                                  .errors = kErrors,
                                  .lacks = {},
                                  .takes_cache_key = takes_cache_key});
  return provider;
}

}  // namespace docwright::providers::azure_openai
