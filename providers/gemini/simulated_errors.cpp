#include "providers/gemini/simulated_errors.h"

#include <fmt/format.h>

namespace docwright::providers::gemini {
namespace {

constexpr std::string_view kRpc = "type.googleapis.com/google.rpc.";

// As Gemini answers, by class: code, status, words.
struct Shape {
  int code;
  std::string_view status, words;
};
Shape shape_of(const CallError& error) {
  if (error.status == 409) return {409, "ABORTED", "The operation was aborted."};
  switch (error.error_class) {
    case ErrorClass::auth:
      return {400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."};
    case ErrorClass::permission:
      return {403, "PERMISSION_DENIED", "You do not have permission to access this."};
    case ErrorClass::not_found:
      return {404, "NOT_FOUND",
              "The model is not found for API version v1beta, or is not supported for "
              "generateContent."};
    case ErrorClass::context_length:
      return {400, "INVALID_ARGUMENT",
              "The input token count exceeds the maximum number of tokens allowed."};
    case ErrorClass::too_large:
      return {400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes."};
    case ErrorClass::rate_limit:
      return {429, "RESOURCE_EXHAUSTED",
              "You exceeded your current quota, please check your plan and billing details."};
    case ErrorClass::quota:
      return {429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."};
    case ErrorClass::overloaded:
      return {503, "UNAVAILABLE", "The model is overloaded. Please try again later."};
    case ErrorClass::server:
      return {500, "INTERNAL", "An internal error has occurred."};
    case ErrorClass::timeout:
      return {504, "DEADLINE_EXCEEDED", "The request timed out. Please try again."};
    default:
      return {400, "INVALID_ARGUMENT", "Request contains an invalid argument."};
  }
}

// Which limit, as Google names it.
std::string_view quota_id(std::string_view code) {
  if (code == "requests_per_day") return "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
  if (code == "tokens_per_day") return "GenerateContentInputTokensPerModelPerDay-FreeTier";
  if (code == "tokens") return "GenerateContentInputTokensPerModelPerMinute-FreeTier";
  return "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
}

Json details_of(const CallError& error) {
  Json details = Json::array();
  const auto add = [&](std::string_view type, Json members) {
    Json entry = {{"@type", std::string(kRpc) + std::string(type)}};
    entry.update(members);
    details.push_back(std::move(entry));
  };
  if (error.error_class == ErrorClass::auth)
    add("ErrorInfo", {{"reason", "API_KEY_INVALID"}, {"domain", "googleapis.com"}});
  if (error.error_class != ErrorClass::rate_limit) return details;
  const Json violation = {{"quotaId", quota_id(error.code)}, {"quotaValue", "10"}};
  add("QuotaFailure", {{"violations", Json::array({violation})}});
  if (error.retry_after) {
    const double seconds = std::chrono::duration<double>(*error.retry_after).count();
    add("RetryInfo", {{"retryDelay", fmt::format("{:.6f}s", seconds)}});
  }
  return details;
}

}  // namespace

int status_of(const CallError& error) {
  return shape_of(error).code;
}

Json error_body(const CallError& error) {
  const Shape shape = shape_of(error);
  Json what = {{"code", error.status > 0 ? error.status : shape.code},
               {"message", error.message.empty() ? shape.words : error.message},
               {"status", shape.status}};
  if (Json details = details_of(error); !details.empty()) what["details"] = std::move(details);
  return {{"error", std::move(what)}};
}

}  // namespace docwright::providers::gemini
