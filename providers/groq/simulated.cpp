#include "providers/groq/simulated.h"

#include <fmt/format.h>

#include <array>

#include "providers/openai/simulated.h"
#include "providers/openai/simulated_rules.h"
#include "providers/wire/members.h"

namespace docwright::providers::groq {
namespace {

using namespace wire;
using simulator::Received;

constexpr auto kUnsupported =
    std::to_array<std::string_view>({"logprobs", "top_logprobs", "logit_bias", "presence_penalty",
                                     "frequency_penalty", "metadata", "store"});

// Who writes JSON by a schema, and who is held to it.
bool follows_schemas(std::string_view model) {
  return model.starts_with("openai/gpt-oss") || model.starts_with("meta-llama/llama-4") ||
         model.starts_with("moonshotai/kimi-k2");
}
bool enforces_schemas(std::string_view model) {
  return model.starts_with("openai/gpt-oss");
}

std::optional<CallError> schema_refusal(const Json& body, const Json& named) {
  const std::string model = text_of(body, "model");
  if (!follows_schemas(model))
    return openai::invalid("This model does not support response format `json_schema`.");
  if (const Json* strict = member(named, "strict");
      strict != nullptr && *strict == true && !enforces_schemas(model))
    return openai::invalid("This model does not support `strict` in `json_schema`.");
  const Json* stream = member(body, "stream");
  if ((stream != nullptr && *stream == true) || member(body, "tools") != nullptr)
    return openai::invalid("Streaming and tools are not supported with structured outputs.");
  return std::nullopt;
}

// Fields of its own.
constexpr std::string_view kFields =
    "reasoning_format include_reasoning disable_tool_validation search_settings documents "
    "compound_custom citation_options";

// How hard a model may be told to think.
std::string_view efforts_of(std::string_view model) {
  if (model.starts_with("openai/gpt-oss")) return "low medium high";
  return model.starts_with("qwen/") ? "none default" : "";
}

// Thoughts can stand in the answer only where that has no form.
std::optional<CallError> reasoning_refusal(const Json& body) {
  const std::string effort = text_of(body, "reasoning_effort");
  const std::string_view words = efforts_of(text_of(body, "model"));
  if (!effort.empty() && !openai::has_word(words, effort))
    return openai::invalid(fmt::format("`reasoning_effort` must be one of: {}", words));
  const Json* form = member(body, "reasoning_format");
  if (form == nullptr || form->is_null()) return std::nullopt;
  if (member(body, "include_reasoning") != nullptr)
    return openai::invalid("`reasoning_format` and `include_reasoning` exclude each other.");
  const Json* format = member(body, "response_format");
  const bool formed =
      member(body, "tools") != nullptr || (format != nullptr && text_of(*format, "type") != "text");
  if (*form != "raw" || !formed) return std::nullopt;
  return openai::invalid("`reasoning_format` raw is not supported with tools or JSON mode.");
}

std::optional<CallError> own_refusal(const Json& body) {
  for (const std::string_view name : kUnsupported) {
    if (member(body, name) != nullptr)
      return openai::invalid(fmt::format("`{}` is not supported with this model", name));
  }
  if (const Json* n = member(body, "n"); n != nullptr && *n != 1)
    return openai::invalid("'n' : number must be at most 1");
  if (auto refusal = reasoning_refusal(body)) return refusal;
  const Json* format = member(body, "response_format");
  const Json* named = format == nullptr ? nullptr : member(*format, "json_schema");
  return named == nullptr ? std::nullopt : schema_refusal(body, *named);
}

std::optional<CallError> refusal(const Received&, const Json& body) {
  if (auto refusal = own_refusal(body)) return refusal;
  return openai::chat_refusal(body, kFields);
}

openai::Shape shape_of(const CallError& error) {
  switch (error.error_class) {
    case ErrorClass::auth:
      return {401, "invalid_request_error", "invalid_api_key", "Invalid API Key"};
    case ErrorClass::permission:
      return {403, "invalid_request_error", "model_permission_blocked_org",
              "The model is blocked at the organization level."};
    case ErrorClass::context_length:
      return {400, "invalid_request_error", "context_length_exceeded",
              "Please reduce the length of the messages or completion."};
    case ErrorClass::too_large:
      return {413, "tokens", "rate_limit_exceeded", "Request too large for model."};
    case ErrorClass::malformed:
      return {400, "invalid_request_error", "json_validate_failed",
              "Failed to generate JSON. Please adjust your prompt."};
    case ErrorClass::overloaded:
      return {498, "capacity_exceeded", "capacity_exceeded", "Flex tier capacity exceeded."};
    default:
      return openai::role().shape(error);
  }
}

Headers hint_of(Duration wait) {
  return {{"retry-after", std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count())}};
}

// Requests are counted by the day here, tokens by the minute.
Headers limits_of(const simulator::LimitState& state) {
  simulator::LimitState told = state;
  told.requests = state.requests_per_day;
  told.requests_left = state.requests_per_day_left;
  told.requests_reset = state.day_reset;
  return openai::role().limits(told);
}

// The chunk with the usage has it twice.
void dress(Json& body) {
  body["x_groq"] = {{"id", "req_1"}};
  const Json* usage = member(body, "usage");
  if (text_of(body, "object") == "chat.completion.chunk" && usage != nullptr && usage->is_object())
    body["x_groq"]["usage"] = *usage;
}

}  // namespace

std::unique_ptr<const simulator::Api> simulated_api() {
  openai::Role role = openai::role();
  role.takes = [](std::string_view path) { return path.ends_with("/openai/v1/chat/completions"); };
  role.lists = [](std::string_view path) { return path.ends_with("/openai/v1/models"); };
  role.refusal = refusal;
  role.shape = shape_of;
  role.hint = hint_of;
  role.limits = limits_of;
  role.dress = dress;
  role.usage_with_finish = true;
  role.overflow = [](const simulator::Fit& fit) {
    auto words = simulator::overflow(fit);
    if (words) words = "Please reduce the length of the messages or completion.";
    return words;
  };
  role.too_long_an_answer = [](const simulator::Fit& fit) -> std::optional<std::string> {
    if (fit.output_max == 0 || fit.answer_tokens_max <= fit.output_max) return std::nullopt;
    return fmt::format("`max_completion_tokens` must be less than or equal to `{}`",
                       fit.output_max);
  };
  return openai::chat_server(role);
}

}  // namespace docwright::providers::groq
