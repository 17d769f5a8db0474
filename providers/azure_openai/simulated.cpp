#include "providers/azure_openai/simulated.h"

#include <fmt/format.h>

#include <array>

#include "providers/openai/simulated.h"
#include "providers/openai/simulated_rules.h"
#include "providers/wire/members.h"

namespace docwright::providers::azure_openai {
namespace {

using simulator::Received;

constexpr std::string_view kDeployments = "/openai/deployments/";
constexpr std::string_view kOpening =
    R"(data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]})"
    "\n\n";

// From which version on an interface knows a field, by its date.
struct Since {
  std::string_view field, date;
};
constexpr auto kSince = std::to_array<Since>({{"stream_options", "2024-09-01"},
                                              {"max_completion_tokens", "2024-09-01"},
                                              {"response_format", "2024-08-01"}});
constexpr std::string_view kOldest = "2022-12-01";
constexpr std::string_view kPreview = "-preview";

bool has_v1(std::string_view path) {
  return path.contains("/openai/v1/") && !path.contains("/groq/");
}

bool takes(std::string_view path) {
  return (path.contains(kDeployments) || has_v1(path)) && path.ends_with("/chat/completions");
}

bool lists(std::string_view path) {
  return path.ends_with("/openai/models") ||
         (path.ends_with("/openai/v1/models") && !path.contains("/groq/"));
}

CallError refused(ErrorClass error_class, std::string message = {}) {
  CallError error;
  error.error_class = error_class;
  error.message = std::move(message);
  return error;
}

std::string_view version_of(const Received& request) {
  constexpr std::string_view kName = "api-version=";
  std::string_view query = request.query;
  const std::size_t at = query.find(kName);
  if (at == query.npos) return {};
  query.remove_prefix(at + kName.size());
  return query.substr(0, query.find('&'));
}

// "2024-10-21", "2025-04-01-preview"
bool is_dated(std::string_view version) {
  if (version.ends_with(kPreview)) version.remove_suffix(kPreview.size());
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (version.size() != kForm.size() || version < kOldest) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = version[i] >= '0' && version[i] <= '9';
    if (kForm[i] == 'd' ? !digit : version[i] != '-') return false;
  }
  return true;
}

// Of no such path or version.
CallError nowhere() {
  CallError error = refused(ErrorClass::not_found, "Resource not found");
  error.code = "404";
  return error;
}

std::optional<CallError> version_refusal(const Received& request, const Json& body) {
  const std::string_view version = version_of(request);
  if (!request.path.contains(kDeployments)) {
    const bool known = version.empty() || version == "v1" || version == "preview";
    return known ? std::nullopt : std::optional(nowhere());
  }
  if (!is_dated(version)) return nowhere();
  for (const Since& since : kSince) {
    const Json* given = wire::member(body, since.field);
    const bool counts = since.field == "response_format"
                            ? given != nullptr && wire::text_of(*given, "type") == "json_schema"
                            : given != nullptr;
    if (!counts || version >= since.date) continue;
    return openai::invalid(fmt::format("{} is enabled only for api versions {}-preview and later",
                                       since.field, since.date));
  }
  return std::nullopt;
}

std::optional<CallError> common_refusal(const Received& request, const Json& body) {
  const bool has_key = !header(request.headers, "api-key").empty() ||
                       !header(request.headers, "authorization").empty();
  if (!has_key) return refused(ErrorClass::auth);
  return version_refusal(request, body);
}

// In the older form the body need not name a model.
std::optional<CallError> refusal(const Received& request, const Json& body) {
  if (auto refusal = common_refusal(request, body)) return refusal;
  if (!body.is_object() || body.contains("model") || !request.path.contains(kDeployments))
    return openai::chat_refusal(body);
  Json named = body;
  named["model"] = "deployment";
  return openai::chat_refusal(named);
}

std::optional<CallError> responses_refusal(const Received& request, const Json& body) {
  if (auto refusal = common_refusal(request, body)) return refusal;
  return openai::responses_refusal(body);
}

// The deployment: in the path, or where others name the model.
std::string model_of(const Received& request, const Json& body) {
  const std::size_t at = request.path.find(kDeployments);
  if (at == request.path.npos) return wire::text_of(body, "model");
  const std::string_view rest = request.path.substr(at + kDeployments.size());
  return std::string(rest.substr(0, rest.find('/')));
}

openai::Shape shape_of(const CallError& error) {
  switch (error.error_class) {
    case ErrorClass::auth:
      return {401, "", "401",
              "Access denied due to invalid subscription key or wrong API endpoint."};
    case ErrorClass::permission:
      return {401, "", "PermissionDenied", "The principal lacks the required data action."};
    case ErrorClass::not_found:
      if (error.code == "404") return {404, "", "404", "Resource not found"};
      return {404, "", "DeploymentNotFound",
              "The API deployment for this resource does not exist."};
    case ErrorClass::content_filter:
      return {
          400, "", "content_filter",
          "The response was filtered due to the prompt triggering the content management policy."};
    case ErrorClass::rate_limit:
      return {429, "", "RateLimitReached",
              "Requests have exceeded the rate limit of your current pricing tier."};
    case ErrorClass::overloaded:
      return {429, "", "NoCapacity", "The system is currently experiencing high demand."};
    case ErrorClass::server:
      return {500, "", "InternalServerError", "The server had an error."};
    case ErrorClass::timeout:
      return {408, "", "Timeout", "The operation was timeout."};
    default:
      return openai::role().shape(error);
  }
}

// What is left, and plain seconds until it is there again.
Headers limits_of(const simulator::LimitState& state) {
  Headers headers;
  const auto tell = [&](const std::string& what, std::int64_t limit, std::int64_t left,
                        Duration reset) {
    if (limit == 0) return;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(reset).count();
    headers.emplace_back("x-ratelimit-remaining-" + what, std::to_string(left));
    headers.emplace_back("x-ratelimit-reset-" + what, std::to_string(seconds));
  };
  tell("requests", state.requests, state.requests_left, state.requests_reset);
  tell("tokens", state.tokens, state.tokens_left, state.tokens_reset);
  return headers;
}

// Why a prompt was blocked.
void dress_error(Json& json, const CallError& error) {
  Json& object = json["error"];
  if (object["type"] == "") object["type"] = nullptr;
  if (error.error_class != ErrorClass::content_filter) return;
  object["param"] = "prompt";
  object["status"] = 400;
  object["innererror"] = {{"code", "ResponsibleAIPolicyViolation"},
                          {"content_filter_result",
                           {{"hate", {{"filtered", false}, {"severity", "safe"}}},
                            {"jailbreak", {{"filtered", true}, {"detected", true}}}}}};
}

Headers identity(std::string_view request_id) {
  return {{"apim-request-id", std::string(request_id)}, {"x-request-id", std::string(request_id)}};
}

void dress(Json& body) {
  Json safe = {{"hate", {{"filtered", false}, {"severity", "safe"}}}};
  for (Json& choice : body["choices"]) choice["content_filter_results"] = safe;
}

// What its two interfaces have in common.
openai::Role on_azure(openai::Role role) {
  role.shape = shape_of;
  role.limits = limits_of;
  role.dress_error = dress_error;
  role.identity = identity;
  role.limits_in_words = false;
  return role;
}

}  // namespace

std::unique_ptr<const simulator::Api> simulated_api() {
  openai::Role role = on_azure(openai::role());
  role.takes = takes;
  role.lists = lists;
  role.refusal = refusal;
  role.model = model_of;
  role.dress = dress;
  role.opening = kOpening;
  return openai::chat_server(role);
}

std::unique_ptr<const simulator::Api> simulated_responses() {
  openai::Role role = on_azure(openai::responses_role());
  role.takes = [](std::string_view path) { return has_v1(path) && path.ends_with("/responses"); };
  role.refusal = responses_refusal;
  return openai::responses_server(role);
}

}  // namespace docwright::providers::azure_openai
