#include "providers/openai_compatible/simulated.h"

#include "providers/openai/simulated.h"
#include "providers/openai/simulated_rules.h"

namespace docwright::providers::openai_compatible {
namespace {

openai::Shape shape_of(const CallError& error) {
  switch (error.error_class) {
    case ErrorClass::auth:
      return {401, "AuthenticationError", "", "Unauthorized"};
    case ErrorClass::permission:
      return {403, "PermissionDeniedError", "", "This key may not use the model."};
    case ErrorClass::not_found:
      return {404, "NotFoundError", "", "The model does not exist."};
    case ErrorClass::context_length:
      return {400, "BadRequestError", "",
              "This model's maximum context length is exceeded by the prompt."};
    case ErrorClass::too_large:
      return {413, "RequestEntityTooLarge", "", "The request body is too large."};
    case ErrorClass::rate_limit:
      return {429, "RateLimitError", "", "Too many requests."};
    case ErrorClass::quota:
      return {402, "PaymentRequired", "", "Insufficient credits."};
    case ErrorClass::overloaded:
      return {503, "ServiceUnavailableError", "", "The server is loading the model."};
    case ErrorClass::server:
      return {500, "InternalServerError", "", "The engine has died."};
    case ErrorClass::invalid_request:
      return {400, "BadRequestError", "", "The request is not valid."};
    default:
      return openai::role().shape(error);
  }
}

// The code repeats the status; a missing key is told in one word.
void dress_error(Json& json, const CallError& error) {
  if (error.error_class == ErrorClass::auth) {
    json["error"] = "Unauthorized";
  } else if (error.error_class != ErrorClass::content_filter) {
    json["error"]["code"] = shape_of(error).status;
  }
}

}  // namespace

std::unique_ptr<const simulator::Api> simulated_api() {
  openai::Role role = openai::role();
  role.refusal = [](const simulator::Received&, const Json& body) {
    return openai::shape_refusal(body);
  };
  role.shape = shape_of;
  role.limits_in_words = false;
  role.too_long_an_answer = [](const simulator::Fit&) -> std::optional<std::string> {
    return std::nullopt;  // the window alone bounds it
  };
  role.dress_error = dress_error;
  role.limits = [](const simulator::LimitState&) { return Headers(); };
  return openai::chat_server(role);
}

}  // namespace docwright::providers::openai_compatible
