#include "providers/openai/simulated.h"

#include <fmt/format.h>

#include "providers/openai/simulated_rules.h"
#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;

using simulator::Asked;
using simulator::Received;
using simulator::Rendered;

bool is_true(const Json& json, std::string_view name) {
  const Json* found = member(json, name);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

std::string_view raw(Finish finish) {
  switch (finish) {
    case Finish::length:
      return "length";
    case Finish::content_filter:
      return "content_filter";
    case Finish::tool_call:
      return "tool_calls";
    default:
      return "stop";
  }
}

Json usage_json(const Usage& usage) {
  return {
      {"prompt_tokens", usage.input},
      {"completion_tokens", usage.output},
      {"total_tokens", usage.input + usage.output},
      {"prompt_tokens_details",
       {{"cached_tokens", usage.input_cached}, {"cache_write_tokens", usage.input_cache_write}}},
      {"completion_tokens_details", {{"reasoning_tokens", usage.reasoning}}}};
}

std::string content_of(const Json& message) {
  const Json* content = member(message, "content");
  if (content == nullptr || !content->is_array()) return text_of(message, "content");
  std::string text;
  for (const Json& part : *content) text += text_of(part, "text");
  return text;
}

// By the format, or by the one tool.
void take_schema(const Json& body, Asked& asked) {
  if (const Json* format = member(body, "response_format")) {
    if (const Json* named = member(*format, "json_schema"))
      if (const Json* schema = member(*named, "schema")) asked.schema = *schema;
  }
  const Json* tools = member(body, "tools");
  if (tools == nullptr || !tools->is_array() || tools->empty()) return;
  if (const Json* function = member(tools->front(), "function")) {
    asked.forced_tool = text_of(*function, "name");
    if (const Json* schema = member(*function, "parameters")) asked.schema = *schema;
  }
}

Json tool_call(const Asked& asked, std::string_view arguments) {
  return Json::array({{{"index", 0},
                       {"id", "call_1"},
                       {"type", "function"},
                       {"function", {{"name", asked.forced_tool}, {"arguments", arguments}}}}});
}

Json message_of(const Answer& answer, const Asked& asked) {
  Json message = {{"role", "assistant"}, {"content", answer.text}, {"refusal", nullptr}};
  if (answer.finish == Finish::refusal) {
    message["content"] = nullptr;
    message["refusal"] = answer.text;
  } else if (!asked.forced_tool.empty()) {
    message["content"] = nullptr;
    message["tool_calls"] = tool_call(asked, answer.text);
    message["tool_calls"][0].erase("index");
  }
  return message;
}

Json delta_of(const Answer& answer, const Asked& asked, std::string_view piece) {
  if (answer.finish == Finish::refusal) return {{"refusal", piece}};
  if (asked.forced_tool.empty()) return {{"content", piece}};
  return {{"tool_calls", Json::array({{{"index", 0}, {"function", {{"arguments", piece}}}}})}};
}

class ChatServer final : public Played {
 public:
  using Played::Played;

  bool takes(std::string_view path) const override { return role_.takes(path); }

  std::expected<Asked, CallError> parse(const Received& request) const override {
    const Result<Json> body = parse_json(request.body);
    if (!body) return std::unexpected(invalid(body.error().message));
    if (auto refusal = role_.refusal(request, *body)) return std::unexpected(std::move(*refusal));
    Asked asked;
    asked.model = role_.model(request, *body);
    asked.stream = is_true(*body, "stream");
    if (const Json* options = member(*body, "stream_options"))
      asked.stream_usage = is_true(*options, "include_usage");
    for (const Json& message : *member(*body, "messages")) {
      asked.messages.push_back({text_of(message, "role"), content_of(message)});
      asked.prompt_bytes += static_cast<std::int64_t>(asked.messages.back().text.size());
    }
    asked.answer_tokens_max =
        std::max(count_of(*body, "max_tokens"), count_of(*body, "max_completion_tokens"));
    take_schema(*body, asked);
    if (!asked.schema.is_null())
      asked.prompt_bytes += static_cast<std::int64_t>(dump_json(asked.schema).size());
    return asked;
  }

  Rendered answer(const Answer& answer, const Asked& asked) const override {
    const Json choice = {{"index", 0},
                         {"message", message_of(answer, asked)},
                         {"logprobs", nullptr},
                         {"finish_reason", raw(answer.finish)}};
    Json body = {{"id", answer.response_id},
                 {"object", "chat.completion"},
                 {"created", 1787300000},
                 {"model", answer.model}};
    body["choices"] = Json::array({choice});
    if (answer.usage) body["usage"] = usage_json(*answer.usage);
    role_.dress(body);
    return {200, {}, dump_json(body)};
  }

  std::vector<std::string> stream(const Answer& answer, const Asked& asked) const override {
    std::vector<std::string> events;
    const auto chunk = [&](Json choices, Json usage) {
      Json body = {{"id", answer.response_id},      {"object", "chat.completion.chunk"},
                   {"created", 1787300000},         {"model", answer.model},
                   {"choices", std::move(choices)}, {"usage", std::move(usage)}};
      role_.dress(body);
      events.push_back(event_of(body));
    };
    const auto choice = [](Json delta, Json finish) {
      return Json::array({{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", finish}}});
    };
    if (!role_.opening.empty()) events.emplace_back(role_.opening);
    Json first = {{"role", "assistant"}, {"content", ""}};
    if (!asked.forced_tool.empty())
      first = {{"role", "assistant"}, {"content", nullptr}, {"tool_calls", tool_call(asked, "")}};
    chunk(choice(std::move(first), nullptr), nullptr);
    for (const std::string_view piece : simulator::pieces(answer.text))
      chunk(choice(delta_of(answer, asked, piece), nullptr), nullptr);
    const bool beside = answer.usage && (asked.usage_elsewhere != role_.usage_with_finish);
    chunk(choice(Json::object(), raw(answer.finish)), beside ? usage_json(*answer.usage) : Json());
    if (!beside && asked.stream_usage && answer.usage)
      chunk(Json::array(), usage_json(*answer.usage));
    events.emplace_back("data: [DONE]\n\n");
    return events;
  }

  std::string stream_error(const CallError& error) const override {
    return event_of(error_json(error, role_));
  }

  bool lists(std::string_view path) const override { return role_.lists(path); }

  Rendered models(const std::vector<std::string_view>& names) const override {
    Json list = Json::array();
    for (const std::string_view name : names) {
      list.push_back(
          {{"id", name}, {"object", "model"}, {"created", 1787300000}, {"owned_by", "simulator"}});
    }
    return {200, {}, dump_json({{"object", "list"}, {"data", list}})};
  }
};

}  // namespace

std::unique_ptr<const simulator::Api> chat_server(Role role) {
  return std::make_unique<const ChatServer>(role);
}

}  // namespace docwright::providers::openai
