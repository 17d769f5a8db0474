// A format from both sides: the codec, and the simulator's side of the same.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "providers/simulator/api.h"
#include "providers/wire/json_array.h"
#include "providers/wire/sse.h"
#include "runtime/characters.h"

namespace docwright::providers::simulator {

struct Side {
  std::string path, query, body;
  Headers headers;  // names in lower case, as the simulator has them
};

inline Side side_of(const HttpRequest& request) {
  Side side;
  const std::size_t host = request.url.find("://") + 3;
  const std::string rest = request.url.substr(request.url.find('/', host));
  const std::size_t query = rest.find('?');
  side.path = rest.substr(0, query);
  if (query != rest.npos) side.query = rest.substr(query + 1);
  side.body = request.body;
  for (const auto& [name, value] : request.headers) {
    side.headers.emplace_back(lower(name), value);
  }
  return side;
}

class Format : public ::testing::TestWithParam<std::string> {
 protected:
  Format() {
    for (Spoken& spoken : all_spoken()) {
      if (spoken.provider == GetParam()) api_ = std::move(spoken.api);
    }
    question_.model = GetParam() == "anthropic" ? "claude-opus-4-8" : "some-model";
    question_.messages = {{"system", "You document code.", true},
                          {"user", "def g(): pass", true},
                          {"assistant", "{}", true},
                          {"user", "def f(): \"ä\""}};
    question_.answer_tokens_max = 700;
    question_.schema_name = "documents";
    question_.schema = std::make_shared<const Json>(Json::parse(
        R"json({"type": "object", "properties": {"Vec::operator()": {"type": "string"}},
                "required": ["Vec::operator()"], "additionalProperties": false})json"));
    endpoint_.base_url = "http://127.0.0.1:1/v1";
    endpoint_.key = "k";
    answer_.text = "{\"Vec::operator()\":\"Calls it: \\\"ä\\\".\"}";
    answer_.model = question_.model;
    answer_.response_id = "r1";
    answer_.usage = Usage{};
    answer_.usage->input = 900;
    answer_.usage->input_cached = 300;
    answer_.usage->output = 60;
    answer_.usage->reasoning = 20;
  }

  const Codec& codec() const { return *providers_.find(GetParam())->codec; }

  std::expected<Asked, CallError> asked(bool stream = false) const {
    return parsed(codec().encode(question_, dialect_, endpoint_, stream));
  }
  std::expected<Asked, CallError> parsed(const HttpRequest& request) const {
    const Side side = side_of(request);
    EXPECT_TRUE(api_->takes(side.path)) << side.path;
    return api_->parse({side.path, side.query, side.headers, side.body});
  }
  // What the simulator would say to a request whose body was changed.
  std::string complaint(const std::function<void(Json& body)>& change) const {
    HttpRequest request = codec().encode(question_, dialect_, endpoint_, false);
    Json body = Json::parse(request.body);
    change(body);
    request.body = body.dump();
    const auto asked = parsed(request);
    return asked ? std::string() : asked.error().message;
  }

  CallResult<Answer> decoded(const Rendered& rendered) const {
    return codec().decode({rendered.status, rendered.headers, rendered.body}, question_, dialect_);
  }
  CallResult<Answer> read(std::string_view bytes, bool in_array = false) const {
    const auto events = codec().events(question_, dialect_);
    wire::SseReader sse(
        [&](std::string_view name, std::string_view data) { events->event(name, data); });
    wire::JsonArrayReader array([&](std::string_view element) { events->event({}, element); });
    if (in_array) {
      array.feed(bytes);
    } else {
      sse.feed(bytes);
      sse.end();
    }
    if (const auto rest = parse_json(sse.rest()); rest && rest->is_object())
      return codec().decode({200, {}, std::string(sse.rest())}, question_, dialect_);
    return events->end();
  }
  std::string streamed(const Asked& asked) const {
    std::string all;
    for (const std::string& event : api_->stream(answer_, asked)) all += event;
    return all;
  }

  void expect_the_answer(const CallResult<Answer>& result) const {
    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_EQ(Json::parse(result->text), Json::parse(answer_.text));
    EXPECT_EQ(result->finish, Finish::complete);
    EXPECT_EQ(result->model, answer_.model);
    EXPECT_EQ(result->response_id, answer_.response_id);
    EXPECT_EQ(result->usage, answer_.usage);
  }

  const Registry providers_ = all_providers();
  std::unique_ptr<const Api> api_;
  Question question_;
  Dialect dialect_;
  Endpoint endpoint_;
  Answer answer_;
};

}  // namespace docwright::providers::simulator
