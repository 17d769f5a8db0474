#include "providers/anthropic/simulated_errors.h"

namespace docwright::providers::anthropic {
namespace {

// As Anthropic answers, by class: status, type, words.
struct Shape {
  int status;
  std::string_view type, words;
};
Shape shape_of(const CallError& error) {
  if (error.status == 409)
    return {409, "conflict_error", "The request conflicts with another one."};
  switch (error.error_class) {
    case ErrorClass::auth:
      return {401, "authentication_error", "invalid x-api-key"};
    case ErrorClass::permission:
      return {403, "permission_error",
              "Your API key does not have permission to use the specified resource."};
    case ErrorClass::not_found:
      return {404, "not_found_error", "model: not known here"};
    case ErrorClass::context_length:
      return {400, "invalid_request_error", "prompt is too long"};
    case ErrorClass::too_large:
      return {413, "request_too_large", "Request exceeds the maximum size"};
    case ErrorClass::content_filter:
      return {400, "invalid_request_error", "Output blocked by content filtering policy"};
    case ErrorClass::rate_limit:
      return {429, "rate_limit_error",
              "This request would exceed your organization's rate limit of requests per minute."};
    case ErrorClass::quota:
      return {400, "invalid_request_error",
              "Your credit balance is too low to access the Anthropic API. Please go to Plans & "
              "Billing to upgrade or purchase credits."};
    case ErrorClass::overloaded:
      return {529, "overloaded_error", "Overloaded"};
    case ErrorClass::server:
      return {500, "api_error", "Internal server error"};
    case ErrorClass::timeout:
      return {504, "timeout_error", "The request took too long."};
    default:
      return {400, "invalid_request_error", "This request is not valid."};
  }
}

std::string_view words_of(const CallError& error) {
  if (!error.message.empty()) return error.message;
  if (error.error_class == ErrorClass::rate_limit && error.code.starts_with("tokens"))
    return "This request would exceed your organization's rate limit of input tokens per minute.";
  if (error.error_class == ErrorClass::rate_limit && error.code == "concurrent")
    return "Number of concurrent connections has exceeded your rate limit.";
  return shape_of(error).words;
}

}  // namespace

int status_of(const CallError& error) {
  return shape_of(error).status;
}

Json error_body(const CallError& error) {
  const Shape shape = shape_of(error);
  return {{"type", "error"},
          {"error", {{"details", nullptr}, {"type", shape.type}, {"message", words_of(error)}}},
          {"request_id", "req_simulated"}};
}

}  // namespace docwright::providers::anthropic
