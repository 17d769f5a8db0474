// OpenAI's own role: its errors, limits and hints.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "providers/openai/simulated.h"
#include "providers/openai/simulated_rules.h"
#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

Shape shape_of(const CallError& error) {
  switch (error.error_class) {
    case ErrorClass::auth:
      return {401, "invalid_request_error", "invalid_api_key",
              "Incorrect API key provided. You can find your API key in your account."};
    case ErrorClass::permission:
      return {403, "request_forbidden", "", "You are not allowed to do this with this key."};
    case ErrorClass::not_found:
      return {404, "invalid_request_error", "model_not_found",
              "The model does not exist or you do not have access to it."};
    case ErrorClass::context_length:
      return {400, "invalid_request_error", "context_length_exceeded",
              "This model's maximum context length is exceeded by your messages."};
    case ErrorClass::too_large:
      if (error.code == "tokens")
        return {429, "tokens", "rate_limit_exceeded", "Request too large for this model."};
      return {413, "invalid_request_error", "", "The request body is too large."};
    case ErrorClass::content_filter:
      return {400, "invalid_request_error", "content_policy_violation",
              "Your request was rejected as a result of our safety system."};
    case ErrorClass::rate_limit:
      return {429, error.code.starts_with("tokens") ? "tokens" : "requests", "rate_limit_exceeded",
              "Rate limit reached. Please slow down."};
    case ErrorClass::quota:
      return {429, "insufficient_quota", "insufficient_quota",
              "You exceeded your current quota, please check your plan and billing details."};
    case ErrorClass::overloaded:
      return {503, "service_unavailable_error", "server_is_overloaded",
              "The engine is currently overloaded, please try again later."};
    case ErrorClass::server:
      return {500, "server_error", "",
              "The server had an error while processing your request. Sorry about that!"};
    case ErrorClass::timeout:
      return {408, "server_error", "", "The request took too long."};
    default:
      return {400, "invalid_request_error", "", "This request is not valid."};
  }
}

// "1m26.4s"
std::string go_duration(Duration wait) {
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  const double seconds = static_cast<double>(milliseconds % 60'000) / 1000;
  return milliseconds < 60'000 ? fmt::format("{}s", seconds)
                               : fmt::format("{}m{}s", milliseconds / 60'000, seconds);
}

struct Limited {
  std::string_view code, words;
};
constexpr auto kLimits = std::to_array<Limited>({{"requests", "requests per minute (RPM)"},
                                                 {"tokens", "tokens per minute (TPM)"},
                                                 {"requests_per_day", "requests per day (RPD)"},
                                                 {"tokens_per_day", "tokens per day (TPD)"}});

std::string words_of(const CallError& error, const Shape& shape, const Role& role) {
  if (!error.message.empty()) return error.message;
  const auto limit = std::ranges::find(kLimits, error.code, &Limited::code);
  if (!role.limits_in_words || limit == kLimits.end() || !error.context)
    return std::string(shape.words);
  const bool too_large = error.error_class == ErrorClass::too_large;
  return fmt::format("{} for this model on {}: Limit {}, Requested {}.{}",
                     too_large ? "Request too large" : "Rate limit reached", limit->words,
                     error.context->window, error.context->requested,
                     error.retry_after
                         ? fmt::format(" Please try again in {}.", go_duration(*error.retry_after))
                         : "");
}

Headers limits_of(const simulator::LimitState& state) {
  Headers headers;
  const auto tell = [&](std::string_view what, std::int64_t limit, std::int64_t left,
                        Duration reset) {
    if (limit == 0) return;
    headers.emplace_back(fmt::format("x-ratelimit-limit-{}", what), std::to_string(limit));
    headers.emplace_back(fmt::format("x-ratelimit-remaining-{}", what), std::to_string(left));
    headers.emplace_back(fmt::format("x-ratelimit-reset-{}", what), go_duration(reset));
  };
  tell("requests", state.requests, state.requests_left, state.requests_reset);
  tell("tokens", state.tokens, state.tokens_left, state.tokens_reset);
  return headers;
}

// Of a model whose prompt has a limit of its own, that comes first.
std::optional<std::string> overflow_of(const simulator::Fit& fit) {
  if (fit.input_max == 0 || fit.prompt_tokens <= fit.input_max) return simulator::overflow(fit);
  return fmt::format(
      "Input tokens exceed the configured limit of {} tokens. Your messages resulted in {} tokens. "
      "Please reduce the length of the messages.",
      fit.input_max, fit.prompt_tokens);
}

// The prompt alone counts: what is left of the window bounds the answer.
std::optional<std::string> responses_overflow(const simulator::Fit& fit) {
  const std::int64_t most = fit.input_max > 0 ? fit.input_max : fit.window;
  if (fit.prompt_tokens <= most) return std::nullopt;
  return "Your input exceeds the context window of this model. Please adjust your input and try "
         "again.";
}

bool writes_more(const simulator::Fit& fit) {
  return fit.output_max > 0 && fit.answer_tokens_max > fit.output_max;
}

std::optional<std::string> too_long_an_answer(const simulator::Fit& fit) {
  if (!writes_more(fit)) return std::nullopt;
  return fmt::format(
      "max_tokens is too large: {0}. This model supports at most {1} completion tokens, whereas "
      "you provided {0}.",
      fit.answer_tokens_max, fit.output_max);
}

std::optional<std::string> too_long_a_response(const simulator::Fit& fit) {
  if (!writes_more(fit)) return std::nullopt;
  return fmt::format(
      "Invalid 'max_output_tokens': integer above maximum value. Expected a value <= {}, but got "
      "{} instead.",
      fit.output_max, fit.answer_tokens_max);
}

// Whole seconds, as the field has them; rounded up, so that nobody comes too early.
Headers hint_of(Duration wait) {
  return {{"Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count())},
          {"retry-after-ms",
           std::to_string(std::chrono::ceil<std::chrono::milliseconds>(wait).count())}};
}

}  // namespace

Role role() {
  return {
      .takes = [](std::string_view path) { return path.ends_with("/chat/completions"); },
      .lists = [](std::string_view path) { return path.ends_with("/models"); },
      .refusal = [](const simulator::Received&, const Json& body) { return chat_refusal(body); },
      .model = [](const simulator::Received&,
                  const Json& body) { return wire::text_of(body, "model"); },
      .shape = shape_of,
      .limits = limits_of,
      .hint = hint_of,
      .dress = [](Json&) {},
      .dress_error = [](Json&, const CallError&) {},
      .identity = [](std::string_view id) { return Headers{{"x-request-id", std::string(id)}}; },
      .overflow = overflow_of,
      .too_long_an_answer = too_long_an_answer,
  };
}

Role responses_role() {
  Role role = openai::role();
  role.takes = [](std::string_view path) { return path.ends_with("/responses"); };
  role.refusal = [](const simulator::Received&, const Json& body) {
    return responses_refusal(body);
  };
  role.overflow = responses_overflow;
  role.too_long_an_answer = too_long_a_response;
  return role;
}

Json error_json(const CallError& error, const Role& role) {
  const Shape shape = role.shape(error);
  Json object = {{"message", words_of(error, shape, role)},
                 {"type", shape.type},
                 {"param", nullptr},
                 {"code", nullptr}};
  if (!shape.code.empty()) {
    object["code"] = shape.code;
  } else if (error.error_class == ErrorClass::invalid_request && !error.code.empty()) {
    object["code"] = error.code;
  }
  Json json = {{"error", std::move(object)}};
  role.dress_error(json, error);
  return json;
}

simulator::Rendered error_response(const CallError& error, const Role& role) {
  simulator::Rendered rendered{role.shape(error).status, {}, dump_json(error_json(error, role))};
  if (error.retry_after) rendered.headers = role.hint(*error.retry_after);
  return rendered;
}

std::string event_of(const Json& data) {
  return "data: " + dump_json(data) + "\n\n";
}

}  // namespace docwright::providers::openai
