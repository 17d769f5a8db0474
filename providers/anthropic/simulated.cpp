#include "providers/anthropic/simulated.h"

#include <fmt/format.h>

#include "providers/anthropic/simulated_errors.h"
#include "providers/anthropic/simulated_rules.h"
#include "providers/wire/members.h"
#include "providers/wire/schema.h"
#include "runtime/text.h"

namespace docwright::providers::anthropic {
namespace {

using namespace wire;

using simulator::Asked;
using simulator::Received;
using simulator::Rendered;

std::unexpected<CallError> refuse(ErrorClass error_class, std::string message) {
  CallError error;
  error.error_class = error_class;
  error.message = std::move(message);
  return std::unexpected(std::move(error));
}

std::string_view stop_reason(Finish finish, bool calls_tool) {
  switch (finish) {
    case Finish::length:
      return "max_tokens";
    case Finish::content_filter:
    case Finish::refusal:
      return "refusal";
    case Finish::tool_call:
      return "tool_use";
    case Finish::error:
      return "pause_turn";
    case Finish::complete:
      break;
  }
  return calls_tool ? "tool_use" : "end_turn";
}

// As a stream begins with it: what was sent, and one token of output. The end says how many.
Json input_usage(const Usage& usage) {
  return {{"input_tokens", usage.input - usage.input_cached - usage.input_cache_write},
          {"cache_creation_input_tokens", usage.input_cache_write},
          {"cache_read_input_tokens", usage.input_cached},
          {"cache_creation",
           {{"ephemeral_5m_input_tokens", usage.input_cache_write - usage.input_cache_write_1h},
            {"ephemeral_1h_input_tokens", usage.input_cache_write_1h}}},
          {"output_tokens", 1}};
}

Json output_usage(const Usage& usage) {
  return {{"output_tokens", usage.output},
          {"output_tokens_details", {{"thinking_tokens", usage.reasoning}}}};
}

Json whole_usage(const Usage& usage) {
  Json whole = input_usage(usage);
  whole.update(output_usage(usage));
  return whole;
}

Json message_json(const Answer& answer) {
  return {{"id", answer.response_id}, {"type", "message"},        {"role", "assistant"},
          {"model", answer.model},    {"content", Json::array()}, {"stop_reason", nullptr},
          {"stop_sequence", nullptr}, {"stop_details", nullptr}};
}

// --- reading requests ---

// The texts of a content: a string, or blocks.
void add_texts(Asked& asked, const std::string& role, const Json& content) {
  const auto add = [&](std::string text, bool marked) {
    asked.prompt_bytes += static_cast<std::int64_t>(text.size());
    asked.messages.push_back({role, std::move(text)});
    if (marked) asked.stable_bytes = asked.prompt_bytes;
  };
  if (content.is_string()) add(content.get<std::string>(), false);
  if (!content.is_array()) return;
  for (const Json& block : content) add(text_of(block, "text"), block.contains("cache_control"));
}

// A tool, or the form of the answer, stands before everything else in the prompt: with another one,
// nothing is found in the cache.
void add_schema(Asked& asked, const Json& schema) {
  asked.schema = with_told_names(schema);
  asked.prompt_bytes += static_cast<std::int64_t>(dump_json(asked.schema).size());
}

void add_tool(Asked& asked, const Json& body) {
  const Json* choice = member(body, "tool_choice");
  const Json* tools = member(body, "tools");
  if (choice == nullptr || tools == nullptr || text_of(*choice, "type") != "tool") return;
  for (const Json& tool : *tools) {
    if (text_of(tool, "name") != text_of(*choice, "name")) continue;
    asked.forced_tool = text_of(tool, "name");
    if (const Json* schema = member(tool, "input_schema")) add_schema(asked, *schema);
  }
}

void add_format(Asked& asked, const Json& body) {
  const Json* config = member(body, "output_config");
  const Json* format = config == nullptr ? nullptr : member(*config, "format");
  const Json* schema = format == nullptr ? nullptr : member(*format, "schema");
  if (schema != nullptr) add_schema(asked, *schema);
}

// --- writing answers ---

// The answer under the names that the request's schema has.
std::string sent_text(const Answer& answer, const Asked& asked) {
  return asked.schema.is_null()
             ? answer.text
             : with_sent_names(answer.text, asked.schema, SchemaSubset::anthropic);
}

bool calls_tool(const Answer& answer, const Asked& asked) {
  return !asked.forced_tool.empty() && answer.finish != Finish::refusal;
}

std::string event(std::string_view type, Json data) {
  Json whole = {{"type", type}};
  whole.update(data);
  return fmt::format("event: {}\ndata: {}\n\n", type, dump_json(whole));
}

class MessagesServer final : public simulator::Api {
 public:
  bool takes(std::string_view path) const override { return path.ends_with("/messages"); }

  std::expected<Asked, CallError> parse(const Received& request) const override {
    Asked asked;
    if (header(request.headers, "x-api-key").empty())
      return refuse(ErrorClass::auth, "x-api-key header is required");
    if (header(request.headers, "anthropic-version").empty())
      return refuse(ErrorClass::invalid_request, "anthropic-version: header is required");
    const Result<Json> body = parse_json(request.body);
    if (!body) {
      return refuse(ErrorClass::invalid_request,
                    "The request body is not valid JSON: " + body.error().message);
    }
    if (auto complaint = broken_rule(*body))
      return refuse(ErrorClass::invalid_request, std::move(*complaint));
    asked.model = text_of(*body, "model");
    asked.answer_tokens_max = count_of(*body, "max_tokens");
    add_tool(asked, *body);
    add_format(asked, *body);
    if (const Json* system = member(*body, "system")) add_texts(asked, "system", *system);
    for (const Json& message : (*body)["messages"])
      add_texts(asked, text_of(message, "role"), message["content"]);
    const Json* stream = member(*body, "stream");
    asked.stream = stream != nullptr && *stream == true;
    asked.stream_usage = true;
    return asked;
  }

  Rendered answer(const Answer& answer, const Asked& asked) const override {
    Json body = message_json(answer);
    const std::string text = sent_text(answer, asked);
    const bool tool = calls_tool(answer, asked);
    if (answer.usage && answer.usage->reasoning > 0)
      body["content"].push_back({{"type", "thinking"}, {"thinking", "..."}, {"signature", "c2lt"}});
    if (tool) {
      // A model's broken JSON has no place in a tool's input: nothing of it arrives.
      const Result<Json> input = parse_json(text);
      body["content"].push_back({{"type", "tool_use"},
                                 {"id", "toolu_simulated"},
                                 {"name", asked.forced_tool},
                                 {"input", input ? *input : Json::object()}});
    } else if (!text.empty()) {
      body["content"].push_back({{"type", "text"}, {"text", text}});
    }
    body["stop_reason"] = stop_reason(answer.finish, tool);
    if (answer.usage) body["usage"] = whole_usage(*answer.usage);
    return {200, {}, dump_json(body)};
  }

  std::vector<std::string> stream(const Answer& answer, const Asked& asked) const override {
    const bool tool = calls_tool(answer, asked);
    Json message = message_json(answer);
    if (answer.usage)
      message["usage"] = asked.usage_elsewhere ? input_usage(Usage{}) : input_usage(*answer.usage);
    std::vector<std::string> events = {event("message_start", {{"message", message}})};
    const Json block = tool ? Json{{"type", "tool_use"},
                                   {"id", "toolu_simulated"},
                                   {"name", asked.forced_tool},
                                   {"input", Json::object()}}
                            : Json{{"type", "text"}, {"text", ""}};
    events.push_back(event("content_block_start", {{"index", 0}, {"content_block", block}}));
    events.push_back(keep_alive(asked));
    const std::string text = sent_text(answer, asked);
    for (const std::string_view piece : simulator::pieces(text)) {
      const Json delta = tool ? Json{{"type", "input_json_delta"}, {"partial_json", piece}}
                              : Json{{"type", "text_delta"}, {"text", piece}};
      events.push_back(event("content_block_delta", {{"index", 0}, {"delta", delta}}));
    }
    events.push_back(event("content_block_stop", {{"index", 0}}));
    Json last = {
        {"delta", {{"stop_reason", stop_reason(answer.finish, tool)}, {"stop_sequence", nullptr}}}};
    if (answer.usage)
      last["usage"] =
          asked.usage_elsewhere ? whole_usage(*answer.usage) : output_usage(*answer.usage);
    events.push_back(event("message_delta", last));
    events.push_back(event("message_stop", Json::object()));
    return events;
  }

  std::string keep_alive(const Asked&) const override { return event("ping", Json::object()); }

  std::string stream_error(const CallError& error) const override {
    return event("error", error_body(error));
  }

  Rendered error(const CallError& error) const override {
    Rendered rendered{status_of(error), {}, dump_json(error_body(error))};
    if (error.retry_after) {
      // Whole seconds; rounded up, so that nobody comes too early.
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(*error.retry_after);
      rendered.headers.emplace_back("retry-after", std::to_string(seconds.count()));
    }
    return rendered;
  }

  std::optional<std::string> overflow(const simulator::Fit& fit) const override {
    if (fit.prompt_tokens > fit.window) {
      return fmt::format("prompt is too long: {} tokens > {} maximum", fit.prompt_tokens,
                         fit.window);
    }
    if (fit.prompt_tokens + fit.answer_tokens_max <= fit.window) return std::nullopt;
    return fmt::format(
        "input length and `max_tokens` exceed context limit: {} + {} > {}, decrease input length "
        "or `max_tokens` and try again",
        fit.prompt_tokens, fit.answer_tokens_max, fit.window);
  }

  std::optional<std::string> too_long_an_answer(const simulator::Fit& fit) const override {
    if (fit.output_max == 0 || fit.answer_tokens_max <= fit.output_max) return std::nullopt;
    return fmt::format(
        "max_tokens: {} > {}, which is the maximum allowed number of output tokens for {}",
        fit.answer_tokens_max, fit.output_max, fit.model);
  }

  Headers identity(std::string_view request_id) const override {
    return {{"request-id", std::string(request_id)}};
  }

  Headers limits(const simulator::LimitState& state) const override {
    Headers headers;
    const auto tell = [&](std::string_view what, std::int64_t limit, std::int64_t left,
                          Duration reset) {
      if (limit == 0) return;
      const std::string name = fmt::format("anthropic-ratelimit-{}-", what);
      const Time then = std::chrono::ceil<std::chrono::seconds>(state.now + reset);
      headers.emplace_back(name + "limit", std::to_string(limit));
      headers.emplace_back(name + "remaining", std::to_string(std::max<std::int64_t>(left, 0)));
      headers.emplace_back(name + "reset", to_rfc3339(then).substr(0, 19) + "Z");
    };
    tell("requests", state.requests, state.requests_left, state.requests_reset);
    tell("tokens", state.tokens, state.tokens_left, state.tokens_reset);
    return headers;
  }

  bool lists(std::string_view path) const override { return path.ends_with("/v1/models"); }
  bool is_own(const Headers& headers) const override {
    return !header(headers, "anthropic-version").empty();
  }

  Rendered models(const std::vector<std::string_view>& names) const override {
    Json list = Json::array();
    for (const std::string_view name : names) {
      list.push_back({{"type", "model"},
                      {"id", name},
                      {"display_name", name},
                      {"created_at", "2026-08-01T00:00:00Z"}});
    }
    return {200, {}, dump_json({{"data", list}, {"has_more", false}})};
  }
};

}  // namespace

std::unique_ptr<const simulator::Api> simulated_api() {
  return std::make_unique<const MessagesServer>();
}

}  // namespace docwright::providers::anthropic
