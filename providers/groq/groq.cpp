#include "providers/groq/groq.h"

#include <array>

#include "providers/openai/family.h"

namespace docwright::providers::groq {
namespace {

using enum ErrorClass;

constexpr std::array kErrors = {
    // The model's fault, not the question's: another sample may do. Nothing is charged.
    wire::ErrorRule{.code = "json_validate_failed", .error_class = malformed},
    wire::ErrorRule{.code = "tool_use_failed", .error_class = malformed},
    wire::ErrorRule{.code = "model_permission_blocked_org", .error_class = permission},
    wire::ErrorRule{.code = "model_permission_blocked_project", .error_class = permission},
    wire::ErrorRule{.status = 424, .error_class = invalid_request},
};

constexpr std::array<std::string_view, 6> kLacks = {
    "logprobs", "top_logprobs", "logit_bias", "presence_penalty", "frequency_penalty", "metadata"};

}  // namespace

Provider provider() {
  Provider provider;
  provider.name = "groq";
  provider.sentence = "Groq's Chat Completions.";
  provider.base_url = "https://api.groq.com/openai/v1";
  provider.base_url_env = "GROQ_BASE_URL";
  provider.address.path = "/openai/v1";
  provider.key_env = {"GROQ_API_KEY"};
  provider.limits = {.headers = LimitHeaders::groq,
                     .charged = TokensCharged::larger,
                     .cached_input_counts = false};
  provider.codec = openai::codec({.address = openai::plain_address,
                                  .authorisation = openai::bearer,
                                  .errors = kErrors,
                                  .lacks = kLacks});
  return provider;
}

}  // namespace docwright::providers::groq
