#include "providers/@NAME@/@NAME@.h"

#include <algorithm>
#include <array>

#include "providers/wire/errors.h"
#include "providers/wire/members.h"
#include "providers/wire/model_list.h"

namespace docwright::providers::@NAME@ {
namespace {

using namespace wire;

// What the codec sets itself.
constexpr std::array<std::string_view, 5> kReserved = {"model", "messages", "max_tokens", "text",
                                                       "stream"};

// What this provider says in its own words; the common rows (wire/errors.cpp) come after these.
constexpr std::array kErrors = {
    ErrorRule{.code = "prompt_too_long", .error_class = ErrorClass::context_length},
};

// Around each message and around all of them; a provider may render the schema with line breaks of
// its own.
constexpr std::int64_t kMessageBytes = 32;
constexpr std::int64_t kPrimingBytes = 64;
constexpr std::int64_t kSchemaRenderings = 2;

bool is_good(int status) {
  return status >= 200 && status < 300;
}

HttpRequest request_to(const Endpoint& endpoint, std::string_view path) {
  HttpRequest request;
  request.url = endpoint.base_url + std::string(path);
  if (!endpoint.key.empty())
    request.headers.emplace_back("Authorization", "Bearer " + endpoint.key);
  request.headers.insert(request.headers.end(), endpoint.headers.begin(), endpoint.headers.end());
  return request;
}

// Any other reason is an error.
Finish finish_named(std::string_view raw) {
  if (raw == "stop") return Finish::complete;
  if (raw == "length") return Finish::length;
  if (raw == "content_filter") return Finish::content_filter;
  return Finish::error;
}

// Absent where nothing was counted.
std::optional<Usage> usage_of(const Json& body) {
  const Json* usage = member(body, "usage");
  if (usage == nullptr) return std::nullopt;
  Usage counted;
  counted.input = count_of(*usage, "input_tokens");
  counted.output = count_of(*usage, "output_tokens");
  if (counted.input == 0) return std::nullopt;
  return counted;
}

// A whole answer, or the last event of a stream.
CallResult<Answer> answer_of(const Json& body, std::string text) {
  if (const Json* error = member(body, "error"); error != nullptr && !error->is_null())
    return std::unexpected(error_under_good_status(dump_json(body), !text.empty(), kErrors));
  Answer answer;
  answer.finish_raw = text_of(body, "finish");
  if (answer.finish_raw.empty()) {
    return std::unexpected(
        broken(ErrorClass::truncated, 200, "the answer has no finish: it may be cut"));
  }
  answer.text = std::move(text);
  answer.finish = finish_named(answer.finish_raw);
  answer.usage = usage_of(body);
  answer.model = text_of(body, "model");
  answer.response_id = text_of(body, "id");
  return answer;
}

class Events final : public EventReader {
 public:
  void event(std::string_view, std::string_view data) override {
    if (ended_) return;
    const Result<Json> event = parse_json(data);
    if (!event || !event->is_object()) {
      ended_ = std::unexpected(
          broken(ErrorClass::malformed, 200, "an event of the stream is not a JSON object"));
      return;
    }
    text_ += text_of(*event, "delta");
    const bool last = event->contains("finish") || event->contains("error");
    if (last) ended_ = answer_of(*event, text_);
  }

  std::string_view text() const override { return text_; }

  CallResult<Answer> end() override {
    if (ended_) return std::move(*ended_);
    return std::unexpected(
        broken(ErrorClass::truncated, 200, "the stream ended without its end mark: it was cut"));
  }

 private:
  std::string text_;
  std::optional<CallResult<Answer>> ended_;
};

class TheCodec final : public Codec {
 public:
  HttpRequest encode(const Question& question, const Dialect&, const Endpoint& endpoint,
                     bool stream) const override {
    Json body = {{"model", question.model}, {"messages", Json::array()}};
    for (const Message& message : question.messages)
      body["messages"].push_back({{"role", message.role}, {"content", message.text}});
    body["max_tokens"] = question.answer_tokens_max;
    body["text"] = {{"name", question.schema_name}, {"schema", *question.schema}};
    for (const auto& [name, value] : question.parameters.items()) {
      if (!reserves(name)) body[name] = value;
    }
    if (stream) body["stream"] = true;
    HttpRequest request = request_to(endpoint, "/answers");
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = dump_json(body);
    return request;
  }

  CallResult<Answer> decode(const HttpResponse& response, const Question&,
                            const Dialect&) const override {
    if (!is_good(response.status)) return std::unexpected(error_of(response, kErrors));
    const Result<Json> body = parse_json(response.body);
    if (!body || !body->is_object()) {
      return std::unexpected(
          broken(ErrorClass::malformed, response.status, "the answer is not a JSON object: cut?"));
    }
    return answer_of(*body, text_of(*body, "text"));
  }

  std::unique_ptr<EventReader> events(const Question&, const Dialect&) const override {
    return std::make_unique<Events>();
  }

  std::int64_t overhead_tokens(const Question& question, const Dialect&) const override {
    const auto schema = static_cast<std::int64_t>(dump_json(*question.schema).size());
    const auto messages = static_cast<std::int64_t>(question.messages.size());
    return kPrimingBytes + messages * kMessageBytes + kSchemaRenderings * schema;
  }

  bool reserves(std::string_view parameter) const override {
    return std::ranges::find(kReserved, parameter) != kReserved.end();
  }

  HttpRequest list_models(const Endpoint& endpoint, const Dialect&) const override {
    HttpRequest request = request_to(endpoint, "/models");
    request.method = "GET";
    return request;
  }

  CallResult<std::vector<std::string>> listed_models(const HttpResponse& response) const override {
    if (!is_good(response.status)) return std::unexpected(error_of(response, kErrors));
    return names_in(response, "models", "name");
  }
};

}  // namespace

Provider provider() {
  Provider provider;
  provider.name = "@NAME@";
  provider.sentence = "The models of @NAME@.";
  provider.base_url = "https://api.@HOST@.example/v1";
  provider.base_url_env = "@ENV@_BASE_URL";
  provider.key_env = {"@ENV@_API_KEY"};
  provider.codec = std::make_unique<const TheCodec>();
  return provider;
}

}  // namespace docwright::providers::@NAME@
