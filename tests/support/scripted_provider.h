// A far provider on the end of a script instead of a wire: it reads Chat Completions requests and
// answers what the test says, at a latency of virtual time.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/call/attempt.h"
#include "runtime/hash.h"

namespace docwright::test {

using providers::CallError;
using providers::CallResult;
using providers::ErrorClass;
using providers::HttpRequest;
using providers::HttpResponse;

inline HttpResponse chat_completion(const std::string& text, std::string_view finish = "stop",
                                    bool usage = true) {
  Json body = {{"id", "cmpl-1"},
               {"model", "test-1"},
               {"choices",
                {{{"index", 0},
                  {"finish_reason", finish},
                  {"message", {{"role", "assistant"}, {"content", text}}}}}}};
  if (usage)
    body["usage"] = {{"prompt_tokens", 100}, {"completion_tokens", 50}, {"total_tokens", 150}};
  return {200, {{"content-type", "application/json"}, {"x-request-id", "req-7"}}, dump_json(body)};
}

// The same as a stream, a delta for each third of the text.
inline HttpResponse chat_stream(const std::string& text, bool usage = true) {
  std::string body;
  const auto event = [&](const Json& chunk) { body += "data: " + dump_json(chunk) + "\n\n"; };
  const auto delta = [](std::string_view content, const Json& finish) {
    return Json{{"id", "cmpl-1"},
                {"model", "test-1"},
                {"choices", {{{"delta", {{"content", content}}}, {"finish_reason", finish}}}}};
  };
  const std::size_t third = text.size() / 3;
  event(delta(std::string_view(text).substr(0, third), nullptr));
  event(delta(std::string_view(text).substr(third, third), nullptr));
  event(delta(std::string_view(text).substr(2 * third), "stop"));
  if (usage) {
    event({{"choices", Json::array()},
           {"usage", {{"prompt_tokens", 100}, {"completion_tokens", 50}}}});
  }
  body += "data: [DONE]\n\n";
  return {200, {{"content-type", "text/event-stream"}, {"x-request-id", "req-7"}}, body};
}

inline HttpResponse http_error(int status, std::string_view code, std::string_view message,
                               std::vector<std::pair<std::string, std::string>> headers = {}) {
  return {status, std::move(headers),
          dump_json({{"error", {{"message", message}, {"type", code}, {"code", code}}}})};
}

// No answer came, after the request had gone out.
inline std::unexpected<CallError> cut_connection() {
  return std::unexpected(CallError{ErrorClass::network, 0, "connection reset by peer", {}, true});
}
// Nobody was there.
inline std::unexpected<CallError> refused_connection() {
  return std::unexpected(CallError{ErrorClass::connect, 0, "connection refused", {}, false});
}

// {"targets": [...]} as the prompt carries it.
inline Json facts_in(const HttpRequest& request) {
  const Json body = *parse_json(request.body);
  for (const Json& message : body["messages"]) {
    const auto& text = message["content"].get_ref<const std::string&>();
    const std::size_t begin = text.find(R"({"targets":)");
    if (begin != text.npos)
      return *parse_json(std::string_view(text).substr(begin, text.find('\n', begin) - begin));
  }
  return Json::object();
}

// A right answer in the shared form: every fact documented.
inline Json right_answer(const HttpRequest& request) {
  Json documents = Json::array();
  for (const Json& target : facts_in(request)["targets"]) {
    Json document = {{"symbol", target["symbol"]},
                     {"summary", "Rehearses an answer."},
                     {"description", ""},
                     {"parameters", Json::array()},
                     {"returns", target.value("returns_value", false) ? "A result." : ""},
                     {"yields", target.value("yields", false) ? "Results." : ""},
                     {"raises", Json::array()}};
    for (const Json& parameter : target.value("parameters", Json::array())) {
      document["parameters"].push_back({{"name", parameter["name"]}, {"description", "An input."}});
    }
    documents.push_back(std::move(document));
  }
  return {{"documents", std::move(documents)}};
}

inline HttpResponse right_completion(const HttpRequest& request) {
  return chat_completion(dump_json(right_answer(request)));
}

inline HttpResponse right_stream(const HttpRequest& request) {
  return chat_stream(dump_json(right_answer(request)));
}

class ScriptedProvider final : public pipeline::Sender {
 public:
  using Script = std::function<CallResult<HttpResponse>(const HttpRequest&, int number)>;

  explicit ScriptedProvider(Loop& loop) : loop_(loop) {}

  Script script = [](const HttpRequest& request, int) { return right_completion(request); };
  Duration latency = std::chrono::milliseconds(50);
  Duration halfway{};                 // between the two halves of a body
  std::vector<HttpRequest> requests;  // in the order of arrival
  std::vector<Time> arrivals;
  int in_flight = 0, most_in_flight = 0;
  std::map<std::string, int> served;  // answers by the request's body

  Task<CallResult<void>> send(HttpRequest request, Moment deadline,
                              providers::ResponseSink& sink) override {
    const int number = static_cast<int>(requests.size());
    requests.push_back(request);
    arrivals.push_back(loop_.clock().now());
    most_in_flight = std::max(most_in_flight, ++in_flight);
    struct Leaving {
      int& count;
      ~Leaving() { --count; }
    };
    const Leaving leaving{in_flight};
    CallResult<HttpResponse> response = script(request, number);
    if (response && response->status == 200) ++served[request.body];
    const Moment done = loop_.clock().moment() + latency;
    co_await loop_.sleep_until(std::min(done, deadline));
    if (deadline < done)
      co_return std::unexpected(CallError{ErrorClass::timeout, 0, "no answer in time", {}, true});
    if (!response) co_return std::unexpected(response.error());
    sink.head(response->status, response->headers);
    const std::string_view body = response->body;
    sink.bytes(body.substr(0, body.size() / 2));
    if (halfway > Duration{0}) co_await loop_.sleep(halfway);
    sink.bytes(body.substr(body.size() / 2));
    co_return CallResult<void>{};
  }

 private:
  Loop& loop_;
};

}  // namespace docwright::test
