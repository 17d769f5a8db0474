#include "providers/anthropic/simulated_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "providers/anthropic/simulated_form.h"
#include "providers/wire/members.h"

namespace docwright::providers::anthropic {
namespace {

using namespace wire;

using Complaint = std::optional<std::string>;

constexpr std::array<std::string_view, 18> kFields = {
    "model",    "max_tokens",    "messages",      "system",       "metadata",      "stop_sequences",
    "stream",   "temperature",   "top_p",         "top_k",        "tools",         "tool_choice",
    "thinking", "output_config", "cache_control", "service_tier", "inference_geo", "container"};

constexpr std::size_t kMarksMax = 4;

Complaint missing_or_unknown(const Json& body) {
  for (const char* name : {"model", "max_tokens", "messages"}) {
    if (member(body, name) == nullptr) return fmt::format("{}: Field required", name);
  }
  for (const auto& [name, value] : body.items()) {
    if (std::ranges::find(kFields, name) == kFields.end())
      return fmt::format("{}: Extra inputs are not permitted", name);
  }
  const Json& limit = body["max_tokens"];
  if (!limit.is_number_integer() || limit.get<std::int64_t>() < 0)
    return "max_tokens: Input should be a valid integer";
  return std::nullopt;
}

// What is marked for the cache, in the order of the prompt.
struct Marks {
  std::size_t count = 0;
  bool minutes = false;  // one of them is for minutes: none behind it may be for an hour
};

Complaint wrong_mark(const Json& mark, Marks& marks) {
  ++marks.count;
  if (text_of(mark, "type") != "ephemeral")
    return "cache_control: Input tag does not match the expected tag 'ephemeral'";
  const std::string ttl = text_of(mark, "ttl");
  if (mark.contains("ttl") && ttl != "5m" && ttl != "1h")
    return "cache_control.ephemeral.ttl: Input should be '5m' or '1h'";
  if (ttl == "1h" && marks.minutes)
    return "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block.";
  marks.minutes = marks.minutes || ttl != "1h";
  return std::nullopt;
}

Complaint wrong_block(const Json& block, Marks& marks) {
  if (const Json* mark = member(block, "cache_control")) {
    if (auto complaint = wrong_mark(*mark, marks)) return complaint;
  }
  if (text_of(block, "type") != "text") return std::nullopt;
  const std::string text = text_of(block, "text");
  if (text.empty()) return "messages: text content blocks must be non-empty";
  if (text.find_first_not_of(" \t\r\n") == text.npos)
    return "messages: text content blocks must contain non-whitespace text";
  return std::nullopt;
}

Complaint wrong_content(const Json& content, Marks& marks) {
  if (content.is_string()) return wrong_block({{"type", "text"}, {"text", content}}, marks);
  if (!content.is_array()) return "messages: Input should be a valid list";
  for (const Json& block : content) {
    if (auto complaint = wrong_block(block, marks)) return complaint;
  }
  return std::nullopt;
}

// The beginning of the answer, as a last message of the assistant.
Complaint wrong_prefill(const Json& body) {
  const Json& last = body["messages"].back();
  if (text_of(last, "role") != "assistant") return std::nullopt;
  if (version_of(text_of(body, "model")) >= 406) {
    return "This model does not support assistant message prefill. The conversation must end with "
           "a user message.";
  }
  const Json& content = last["content"];
  const std::string text = content.is_string() ? content.get<std::string>()
                           : content.is_array() && !content.empty()
                               ? text_of(content.back(), "text")
                               : std::string();
  if (!text.empty() && std::string_view(" \t\r\n").contains(text.back()))
    return "messages: final assistant content cannot end with trailing whitespace";
  return std::nullopt;
}

Complaint wrong_messages(const Json& body) {
  const Json& messages = body["messages"];
  if (!messages.is_array() || messages.empty()) return "messages: at least one message is required";
  Marks marks;
  if (const Json* tools = member(body, "tools"); tools != nullptr && tools->is_array()) {
    for (const Json& tool : *tools) {
      if (auto complaint = wrong_block(tool, marks)) return complaint;
    }
  }
  if (const Json* system = member(body, "system")) {
    if (auto complaint = wrong_content(*system, marks)) return complaint;
  }
  for (const Json& message : messages) {
    const std::string role = text_of(message, "role");
    if (role != "user" && role != "assistant") {
      return fmt::format(
          "messages: Unexpected role \"{}\". Allowed are \"user\" and \"assistant\".", role);
    }
    const Json* content = member(message, "content");
    if (content == nullptr) return "messages.0.content: Field required";
    if (auto complaint = wrong_content(*content, marks)) return complaint;
  }
  if (text_of(messages.front(), "role") != "user")
    return "messages: first message must use the \"user\" role";
  if (const Json* mark = member(body, "cache_control")) {
    if (auto complaint = wrong_mark(*mark, marks)) return complaint;
  }
  if (marks.count > kMarksMax) {
    return fmt::format("A maximum of {} blocks with cache_control may be provided. Found {}.",
                       kMarksMax, marks.count);
  }
  return wrong_prefill(body);
}

Complaint wrong_sampling(const Json& body) {
  const int version = version_of(text_of(body, "model"));
  const Json* temperature = member(body, "temperature");
  if (temperature != nullptr) {
    const double value = temperature->is_number() ? temperature->get<double>() : -1;
    if (value < 0 || value > 1) return "temperature: range: 0..1";
    if (version >= 400 && body.contains("top_p")) {
      return "`temperature` and `top_p` cannot both be specified for this model. Please use only "
             "one.";
    }
    if (version >= 407 && value != 1) return "`temperature` is not supported by this model.";
  }
  for (const char* name : {"top_p", "top_k"}) {
    if (version >= 407 && body.contains(name))
      return fmt::format("`{}` is not supported by this model.", name);
  }
  return std::nullopt;
}

Complaint wrong_stops(const Json& body) {
  const Json* stops = member(body, "stop_sequences");
  if (stops == nullptr) return std::nullopt;
  if (!stops->is_array()) return "stop_sequences: Input should be a valid list";
  for (const Json& stop : *stops) {
    if (!stop.is_string()) return "stop_sequences.0: Input should be a valid string";
    const auto& text = stop.get_ref<const std::string&>();
    if (text.find_first_not_of(" \t\r\n") == text.npos)
      return "stop_sequences: each stop sequence must contain non-whitespace";
  }
  return std::nullopt;
}

// How much a model may be told to think. A model that nobody knows takes everything.
Complaint wrong_effort(const Json& body) {
  const Json* config = member(body, "output_config");
  if (config == nullptr || !config->contains("effort")) return std::nullopt;
  constexpr std::array<std::string_view, 5> kEfforts = {"low", "medium", "high", "xhigh", "max"};
  const std::string model = text_of(body, "model"), effort = text_of(*config, "effort");
  const int version = version_of(model);
  if (std::ranges::find(kEfforts, effort) == kEfforts.end())
    return "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'";
  const bool opus_4_5 = version == 405 && model.contains("opus");
  if (version > 0 && version < 406 && !opus_4_5)
    return "This model does not support the effort parameter.";
  if (effort == "xhigh" && version > 0 && version < 407)
    return "This model does not support effort level 'xhigh'.";
  return std::nullopt;
}

Complaint wrong_budget(const Json& body, const Json& thinking) {
  const std::int64_t budget = count_of(thinking, "budget_tokens");
  if (budget < 1024)
    return "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024";
  if (budget >= count_of(body, "max_tokens"))
    return "`max_tokens` must be greater than `thinking.budget_tokens`.";
  const Json* choice = member(body, "tool_choice");
  const std::string forced = choice == nullptr ? std::string() : text_of(*choice, "type");
  if (forced == "tool" || forced == "any")
    return "Thinking may not be enabled when tool_choice forces tool use.";
  return std::nullopt;
}

Complaint wrong_thinking(const Json& body) {
  const Json* thinking = member(body, "thinking");
  if (thinking == nullptr) return std::nullopt;
  const std::string model = text_of(body, "model"), type = text_of(*thinking, "type");
  const int version = version_of(model);
  if (type == "enabled" || type == "adaptive") {
    const Json* temperature = member(body, "temperature");
    if (temperature != nullptr && *temperature != 1)
      return "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.";
    if (body.contains("top_k"))
      return "`top_k` must be unset when thinking is enabled or in adaptive mode.";
  }
  if (type == "enabled") {
    if (version >= 407) return "\"thinking.type.enabled\" is not supported for this model.";
    return wrong_budget(body, *thinking);
  }
  if (type == "adaptive") {
    if (version > 0 && version < 406) return "adaptive thinking is not supported on this model";
    return std::nullopt;
  }
  if (type != "disabled") return "thinking: Input tag does not match any of the expected tags";
  const Json* config = member(body, "output_config");
  const std::string effort = config == nullptr ? std::string() : text_of(*config, "effort");
  const bool much = effort == "xhigh" || effort == "max";
  if (model.contains("fable") || (much && version == 500 && model.contains("opus")))
    return "\"thinking.type.disabled\" is not supported for this model.";
  return std::nullopt;
}

}  // namespace

int version_of(std::string_view model) {
  int numbers[2] = {0, 0};
  std::size_t found = 0;
  for (std::size_t at = model.find("claude-"); at < model.size() && found < 2;) {
    const std::size_t end = std::min(model.find('-', at), model.size());
    const std::string_view word = model.substr(at, end - at);
    const bool number =
        !word.empty() && word.size() < 3 && word.find_first_not_of("0123456789") == word.npos;
    if (number)
      numbers[found++] = std::stoi(std::string(word));
    else if (found > 0)
      break;
    at = end + 1;
  }
  return numbers[0] * 100 + numbers[1];
}

std::optional<std::string> broken_rule(const Json& body) {
  if (!body.is_object()) return "The request body is not valid JSON: an object is expected";
  for (const auto rule : {missing_or_unknown, wrong_messages, wrong_sampling, wrong_stops,
                          wrong_effort, wrong_thinking, wrong_form}) {
    if (auto complaint = rule(body)) return complaint;
  }
  return std::nullopt;
}

}  // namespace docwright::providers::anthropic
