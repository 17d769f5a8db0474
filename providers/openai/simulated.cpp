#include "providers/openai/simulated.h"

#include <fmt/format.h>

#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;

using simulator::Asked;
using simulator::Received;
using simulator::Rendered;

std::unexpected<CallError> invalid(std::string message) {
  CallError error;
  error.error_class = ErrorClass::invalid_request;
  error.message = std::move(message);
  return std::unexpected(std::move(error));
}

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

Json schema_of(const Json& body) {
  const Json* format = member(body, "response_format");
  const Json* named = format == nullptr ? nullptr : member(*format, "json_schema");
  const Json* schema = named == nullptr ? nullptr : member(*named, "schema");
  return schema == nullptr ? Json() : *schema;
}

// As OpenAI answers, by class: status, type, code, words.
struct Shape {
  int status;
  std::string_view type, code, words;
};
Shape shape_of(ErrorClass error_class) {
  switch (error_class) {
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
      return {413, "invalid_request_error", "", "The request body is too large."};
    case ErrorClass::content_filter:
      return {400, "invalid_request_error", "content_policy_violation",
              "Your request was rejected as a result of our safety system."};
    case ErrorClass::rate_limit:
      return {429, "requests", "rate_limit_exceeded",
              "Rate limit reached for requests. Please slow down."};
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

Json object_of(const CallError& error) {
  const Shape shape = shape_of(error.error_class);
  Json what = {{"message", error.message.empty() ? shape.words : error.message},
               {"type", error.code.starts_with("tokens") ? "tokens" : shape.type},
               {"param", nullptr},
               {"code", nullptr}};
  if (!shape.code.empty()) what["code"] = shape.code;
  return what;
}

class ChatServer final : public simulator::Api {
 public:
  bool takes(std::string_view path) const override { return path.ends_with("/chat/completions"); }

  std::expected<Asked, CallError> parse(const Received& request) const override {
    const Result<Json> body = parse_json(request.body);
    if (!body) return invalid(body.error().message);
    Asked asked;
    asked.model = text_of(*body, "model");
    if (asked.model.empty()) return invalid("you must provide a model parameter");
    const Json* messages = member(*body, "messages");
    if (messages == nullptr || !messages->is_array() || messages->empty()) {
      return invalid("'messages' must hold at least one message");
    }
    asked.stream = is_true(*body, "stream");
    if (const Json* options = member(*body, "stream_options"))
      asked.stream_usage = is_true(*options, "include_usage");
    for (const Json& message : *messages) {
      asked.messages.push_back({text_of(message, "role"), text_of(message, "content")});
      asked.prompt_bytes += static_cast<std::int64_t>(asked.messages.back().text.size());
    }
    asked.answer_tokens_max =
        std::max(count_of(*body, "max_tokens"), count_of(*body, "max_completion_tokens"));
    asked.schema = schema_of(*body);
    if (!asked.schema.is_null())
      asked.prompt_bytes += static_cast<std::int64_t>(dump_json(asked.schema).size());
    return asked;
  }

  Rendered answer(const Answer& answer, const Asked&) const override {
    const bool refused = answer.finish == Finish::refusal;
    const Json message = {{"role", "assistant"},
                          {"content", refused ? Json() : Json(answer.text)},
                          {"refusal", refused ? Json(answer.text) : Json()}};
    const Json choice = {{"index", 0},
                         {"message", message},
                         {"logprobs", nullptr},
                         {"finish_reason", raw(answer.finish)}};
    Json body = {{"id", answer.response_id},
                 {"object", "chat.completion"},
                 {"created", 1787300000},
                 {"model", answer.model}};
    body["choices"] = Json::array({choice});
    if (answer.usage) body["usage"] = usage_json(*answer.usage);
    return {200, {}, dump_json(body)};
  }

  std::vector<std::string> stream(const Answer& answer, const Asked& asked) const override {
    std::vector<std::string> events;
    const auto chunk = [&](Json choices, Json usage) {
      Json body = {{"id", answer.response_id},      {"object", "chat.completion.chunk"},
                   {"created", 1787300000},         {"model", answer.model},
                   {"choices", std::move(choices)}, {"usage", std::move(usage)}};
      events.push_back("data: " + dump_json(body) + "\n\n");
    };
    const auto choice = [](Json delta, Json finish) {
      return Json::array({{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", finish}}});
    };
    chunk(choice({{"role", "assistant"}, {"content", ""}}, nullptr), nullptr);
    const std::string said = answer.finish == Finish::refusal ? "refusal" : "content";
    for (const std::string_view piece : simulator::pieces(answer.text))
      chunk(choice({{said, piece}}, nullptr), nullptr);
    const bool beside = asked.usage_elsewhere && answer.usage;
    chunk(choice(Json::object(), raw(answer.finish)), beside ? usage_json(*answer.usage) : Json());
    if (!beside && asked.stream_usage && answer.usage)
      chunk(Json::array(), usage_json(*answer.usage));
    events.emplace_back("data: [DONE]\n\n");
    return events;
  }

  std::string stream_error(const CallError& error) const override {
    return "data: " + dump_json({{"error", object_of(error)}}) + "\n\n";
  }

  Headers limits(const simulator::LimitState&) const override { return {}; }

  bool caches_unasked() const override { return true; }

  bool lists(std::string_view path) const override { return path.ends_with("/models"); }

  Rendered error(const CallError& error) const override {
    Rendered rendered{
        shape_of(error.error_class).status, {}, dump_json({{"error", object_of(error)}})};
    if (error.retry_after) {
      // Whole seconds, as the field has them; rounded up, so that nobody comes too early.
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(*error.retry_after);
      rendered.headers.emplace_back("Retry-After", std::to_string(seconds.count()));
    }
    return rendered;
  }

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

std::unique_ptr<const simulator::Api> simulated_api() {
  return std::make_unique<const ChatServer>();
}

}  // namespace docwright::providers::openai
