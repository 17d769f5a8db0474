#include "providers/openai/simulated.h"
#include "providers/openai/simulated_rules.h"
#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;

using simulator::Asked;
using simulator::Received;
using simulator::Rendered;

Json usage_json(const Usage& usage) {
  return {
      {"input_tokens", usage.input},
      {"input_tokens_details",
       {{"cached_tokens", usage.input_cached}, {"cache_write_tokens", usage.input_cache_write}}},
      {"output_tokens", usage.output},
      {"output_tokens_details", {{"reasoning_tokens", usage.reasoning}}},
      {"total_tokens", usage.input + usage.output}};
}

std::string text_of_item(const Json& item) {
  const Json* content = member(item, "content");
  if (content == nullptr || !content->is_array()) return text_of(item, "content");
  std::string text;
  for (const Json& part : *content) text += text_of(part, "text");
  return text;
}

void take_input(const Json& body, Asked& asked) {
  if (std::string said = text_of(body, "instructions"); !said.empty())
    asked.messages.push_back({"system", std::move(said)});
  const Json& input = *member(body, "input");
  if (input.is_string()) {
    asked.messages.push_back({"user", input.get<std::string>()});
  } else {
    for (const Json& item : input)
      asked.messages.push_back({text_of(item, "role"), text_of_item(item)});
  }
  for (const Message& message : asked.messages)
    asked.prompt_bytes += static_cast<std::int64_t>(message.text.size());
}

void take_schema(const Json& body, Asked& asked) {
  const Json* text = member(body, "text");
  const Json* format = text == nullptr ? nullptr : member(*text, "format");
  const Json* schema = format == nullptr ? nullptr : member(*format, "schema");
  const Json* tools = member(body, "tools");
  if (tools != nullptr && tools->is_array() && !tools->empty()) {
    asked.forced_tool = text_of(tools->front(), "name");
    schema = member(tools->front(), "parameters");
  }
  if (schema == nullptr) return;
  asked.schema = *schema;
  asked.prompt_bytes += static_cast<std::int64_t>(dump_json(*schema).size());
}

bool calls_the_tool(const Answer& answer, const Asked& asked) {
  return !asked.forced_tool.empty() && answer.finish != Finish::refusal;
}

Json part_of(const Answer& answer, std::string_view text) {
  if (answer.finish == Finish::refusal) return {{"type", "refusal"}, {"refusal", text}};
  return {{"type", "output_text"}, {"text", text}, {"annotations", Json::array()}};
}

Json item_of(const Answer& answer, const Asked& asked, std::string_view text) {
  if (calls_the_tool(answer, asked)) {
    return {{"type", "function_call"},   {"id", "fc_1"},      {"call_id", "call_1"},
            {"name", asked.forced_tool}, {"arguments", text}, {"status", "completed"}};
  }
  return {{"type", "message"},       {"id", "msg_1"},
          {"role", "assistant"},     {"status", "completed"},
          {"phase", "final_answer"}, {"content", Json::array({part_of(answer, text)})}};
}

bool cut(const Answer& answer) {
  return answer.finish == Finish::length || answer.finish == Finish::content_filter;
}

Json response_of(const Answer& answer, const Asked& asked) {
  Json body = {
      {"id", answer.response_id}, {"object", "response"},
      {"created_at", 1787300000}, {"status", cut(answer) ? "incomplete" : "completed"},
      {"error", nullptr},         {"incomplete_details", nullptr},
      {"model", answer.model},    {"output", Json::array({item_of(answer, asked, answer.text)})},
      {"usage", nullptr}};
  if (cut(answer)) {
    const bool length = answer.finish == Finish::length;
    body["incomplete_details"] = {{"reason", length ? "max_output_tokens" : "content_filter"}};
  }
  if (answer.usage) body["usage"] = usage_json(*answer.usage);
  return body;
}

// An answer of one item as the events that make it up, each with its number.
class Stream {
 public:
  Stream(const Answer& answer, const Asked& asked) : answer_(answer), asked_(asked) {}

  std::vector<std::string> events() {
    Json begun = response_of(answer_, asked_);
    begun.update({{"status", "in_progress"},
                  {"incomplete_details", nullptr},
                  {"output", Json::array()},
                  {"usage", nullptr}});
    add("created", {{"response", begun}});
    add("in_progress", {{"response", begun}});
    Json item = item_of(answer_, asked_, "");
    item["status"] = "in_progress";
    if (item.contains("content")) item["content"] = Json::array();
    add("output_item.added", {{"output_index", 0}, {"item", item}});
    if (calls_the_tool(answer_, asked_)) {
      arguments();
    } else {
      part();
    }
    add("output_item.done",
        {{"output_index", 0}, {"item", item_of(answer_, asked_, answer_.text)}});
    add(cut(answer_) ? "incomplete" : "completed", {{"response", response_of(answer_, asked_)}});
    return std::move(events_);
  }

 private:
  void add(std::string_view what, const Json& members) {
    const std::string type = "response." + std::string(what);
    Json data = {{"type", type}, {"sequence_number", events_.size()}};
    data.update(members);
    events_.push_back("event: " + type + "\n" + event_of(data));
  }

  // `place`: where in the answer; `name`: of the member that has the text in the end.
  void text(const std::string& what, const Json& place, const char* name) {
    for (const std::string_view piece : simulator::pieces(answer_.text)) {
      Json delta = place;
      delta["delta"] = piece;
      add(what + ".delta", delta);
    }
    Json whole = place;
    whole[name] = answer_.text;
    add(what + ".done", whole);
  }

  void arguments() {
    text("function_call_arguments", {{"item_id", "fc_1"}, {"output_index", 0}}, "arguments");
  }

  void part() {
    const Json place = {{"item_id", "msg_1"}, {"output_index", 0}, {"content_index", 0}};
    Json framed = place;
    framed["part"] = part_of(answer_, "");
    add("content_part.added", framed);
    const bool refuses = answer_.finish == Finish::refusal;
    text(refuses ? "refusal" : "output_text", place, refuses ? "refusal" : "text");
    framed["part"] = part_of(answer_, answer_.text);
    add("content_part.done", framed);
  }

  const Answer& answer_;
  const Asked& asked_;
  std::vector<std::string> events_;
};

class ResponsesServer final : public Played {
 public:
  using Played::Played;

  bool takes(std::string_view path) const override { return role_.takes(path); }

  std::expected<Asked, CallError> parse(const Received& request) const override {
    const Result<Json> body = parse_json(request.body);
    if (!body) return std::unexpected(invalid(body.error().message));
    if (auto refusal = role_.refusal(request, *body)) return std::unexpected(std::move(*refusal));
    Asked asked;
    asked.model = text_of(*body, "model");
    const Json* stream = member(*body, "stream");
    asked.stream = stream != nullptr && *stream == true;
    asked.stream_usage = true;
    asked.answer_tokens_max = count_of(*body, "max_output_tokens");
    take_input(*body, asked);
    take_schema(*body, asked);
    return asked;
  }

  Rendered answer(const Answer& answer, const Asked& asked) const override {
    return {200, {}, dump_json(response_of(answer, asked))};
  }

  std::vector<std::string> stream(const Answer& answer, const Asked& asked) const override {
    return Stream(answer, asked).events();
  }

  std::string stream_error(const CallError& error) const override {
    Json data = {{"type", "error"}};
    const Json object = error_json(error, role_)["error"];
    for (const std::string_view name : {"code", "message", "param"}) data[name] = object[name];
    if (data["code"].is_null()) data["code"] = object["type"];
    return "event: error\n" + event_of(data);
  }

  bool lists(std::string_view) const override { return false; }
  Rendered models(const std::vector<std::string_view>&) const override { return {404, {}, "{}"}; }
};

}  // namespace

std::unique_ptr<const simulator::Api> responses_server(Role role) {
  return std::make_unique<const ResponsesServer>(role);
}

}  // namespace docwright::providers::openai
