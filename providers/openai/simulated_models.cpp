#include "providers/openai/simulated_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "providers/openai/simulated_rules.h"
#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;
using Refusal = std::optional<CallError>;
using Names = std::span<const std::string_view>;

// Models of which nothing is served in Chat Completions.
constexpr auto kResponsesOnly =
    std::to_array<std::string_view>({"-pro", "codex", "-deep-research"});

// How hard they may be told to think; no words: not at all. The first beginning of a name that fits
// counts; of other names, such as Azure's deployments, nothing is known.
struct Efforts {
  std::string_view model, words;
};
constexpr std::string_view kPro = "medium high xhigh";
constexpr auto kEfforts = std::to_array<Efforts>({
    {"gpt-5.6", "none low medium high xhigh max"},
    {"gpt-5.5-pro", kPro},
    {"gpt-5.5", "none low medium high xhigh"},
    {"gpt-5.4-pro", kPro},
    {"gpt-5.4", "none low medium high xhigh"},
    {"gpt-5.3-codex", "low medium high xhigh"},
    {"gpt-5.2-codex", "low medium high xhigh"},
    {"gpt-5.2-pro", kPro},
    {"gpt-5.2", "none low medium high xhigh"},
    {"gpt-5.1", "none low medium high"},
    {"gpt-5", "minimal low medium high"},
    {"o1", "low medium high"},
    {"o3", "low medium high"},
    {"o4", "low medium high"},
    {"gpt-4", ""},
    {"gpt-3.5", ""},
});

constexpr auto kNeverWithReasoning = std::to_array<std::string_view>(
    {"max_tokens", "presence_penalty", "frequency_penalty", "logit_bias", "stop"});
constexpr auto kNotWhileReasoning = std::to_array<std::string_view>({"logprobs", "top_logprobs"});
constexpr auto kDefaultWhileReasoning = std::to_array<std::string_view>({"temperature", "top_p"});

bool among(Names names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// o1, o3, o4-mini, gpt-5 and later; not the models of the chat product.
bool reasons(std::string_view model) {
  if (model.contains("chat")) return false;
  return model.starts_with("gpt-5") || model.starts_with("o1") || model.starts_with("o3") ||
         model.starts_with("o4");
}

bool responses_only(std::string_view model) {
  const auto within = [&](std::string_view part) { return model.contains(part); };
  return (reasons(model) || model.starts_with("codex")) &&
         std::ranges::any_of(kResponsesOnly, within);
}

// Older than forms of the answer.
bool knows_format(std::string_view model, std::string_view format) {
  const bool first = model == "gpt-4" || model.starts_with("gpt-4-0");
  if (format == "json_object") return !first;
  if (format != "json_schema") return true;
  return !first && !model.starts_with("gpt-4-") && !model.starts_with("gpt-3.5");
}

std::string effort_of(const Json& body) {
  const Json* reasoning = member(body, "reasoning");
  return reasoning == nullptr ? text_of(body, "reasoning_effort") : text_of(*reasoning, "effort");
}

Refusal effort_refusal(std::string_view model, const std::string& effort) {
  if (effort.empty()) return std::nullopt;
  const auto known = std::ranges::find_if(
      kEfforts, [&](const Efforts& entry) { return model.starts_with(entry.model); });
  if (known == kEfforts.end() || has_word(known->words, effort)) return std::nullopt;
  if (known->words.empty() || !reasons(model)) {
    return invalid("Unsupported parameter: 'reasoning_effort' is not supported with this model.",
                   "unsupported_parameter");
  }
  return invalid(fmt::format("Unsupported value: 'reasoning_effort' does not support '{}' with "
                             "this model. Supported values are: {}.",
                             effort, known->words),
                 "unsupported_value");
}

Refusal parameter_refusal(const Json& body, std::string_view model) {
  // From gpt-5.1 on, a model that is told not to reason takes what the others take.
  const bool thinks = !model.starts_with("gpt-5.") || effort_of(body) != "none";
  for (const auto& [name, value] : body.items()) {
    if (thinks && among(kDefaultWhileReasoning, name) && !value.is_null() && value != 1) {
      return invalid(fmt::format("Unsupported value: '{}' does not support {} with this model. "
                                 "Only the default (1) value is supported.",
                                 name, dump_json(value)),
                     "unsupported_value");
    }
    if (!among(kNeverWithReasoning, name) && (!thinks || !among(kNotWhileReasoning, name)))
      continue;
    return invalid(
        fmt::format("Unsupported parameter: '{}' is not supported with this model.{}", name,
                    name == "max_tokens" ? " Use 'max_completion_tokens' instead." : ""),
        "unsupported_parameter");
  }
  return std::nullopt;
}

}  // namespace

Refusal model_refusal(const Json& body, Interface interface) {
  const std::string model = text_of(body, "model");
  const bool chat = interface == Interface::chat;
  if (chat && responses_only(model)) {
    CallError error =
        invalid("This model is only supported in v1/responses and not in v1/chat/completions.");
    error.error_class = ErrorClass::not_found;
    return error;
  }
  const Json* holder = member(body, chat ? "response_format" : "text");
  const Json* format = holder == nullptr || chat ? holder : member(*holder, "format");
  const std::string type = format == nullptr ? std::string() : text_of(*format, "type");
  if (!knows_format(model, type)) {
    return invalid(
        fmt::format("Invalid parameter: 'response_format' of type '{}' is not "
                    "supported with this model.",
                    type));
  }
  if (auto refusal = effort_refusal(model, effort_of(body))) return refusal;
  return reasons(model) ? parameter_refusal(body, model) : std::nullopt;
}

}  // namespace docwright::providers::openai
