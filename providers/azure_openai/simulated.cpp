#include "providers/azure_openai/simulated.h"

#include "providers/openai/simulated.h"
#include "providers/wire/members.h"

namespace docwright::providers::azure_openai {
namespace {

using simulator::Received;

constexpr std::string_view kDeployments = "/openai/deployments/";
constexpr std::string_view kOpening =
    R"(data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]})"
    "\n\n";

bool takes(std::string_view path) {
  const bool its_own =
      path.contains(kDeployments) || (path.contains("/openai/v1/") && !path.contains("/groq/"));
  return its_own && path.ends_with("/chat/completions");
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

std::optional<CallError> refusal(const Received& request, const Json&) {
  const bool has_key = !header(request.headers, "api-key").empty() ||
                       !header(request.headers, "authorization").empty();
  if (!has_key) return refused(ErrorClass::auth);
  const bool versioned = request.query.contains("api-version=");
  if (request.path.contains(kDeployments) && !versioned)
    return refused(ErrorClass::not_found, "Resource not found");
  return std::nullopt;
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

void dress(Json& body) {
  Json safe = {{"hate", {{"filtered", false}, {"severity", "safe"}}}};
  for (Json& choice : body["choices"]) choice["content_filter_results"] = safe;
}

}  // namespace

std::unique_ptr<const simulator::Api> simulated_api() {
  openai::Role role = openai::role();
  role.takes = takes;
  role.lists = lists;
  role.refusal = refusal;
  role.model = model_of;
  role.shape = shape_of;
  role.limits = limits_of;
  role.dress = dress;
  role.opening = kOpening;
  return openai::chat_server(role);
}

}  // namespace docwright::providers::azure_openai
