// Who answers, far away: a question in docwright's terms, its HTTP form in a provider's, and back.
//
// A codec is pure: no I/O, no clock, no state; any thread. Sending is http_client.h's business,
// deciding what to ask and what an answer is worth is pipeline/'s.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/clock.h"
#include "runtime/error.h"
#include "runtime/json.h"
#include "tokens/money.h"

namespace docwright::providers {

struct Message {
  std::string role;  // system, user, assistant
  std::string text;
};

// One question to one model. Everything that can change the answer is in here, and nothing else.
struct Question {
  std::string model;  // the provider's own name of the model
  std::vector<Message> messages;
  std::int64_t answer_tokens_max = 0;  // always set and always sent
  Json parameters =
      Json::object();  // temperature, top_p, seed, reasoning_effort, ... as the model takes them
  std::string schema_name;             // [A-Za-z0-9_-]{1,64}
  std::shared_ptr<const Json> schema;  // JSON Schema of the answer, portable subset; never null
  std::shared_ptr<const Json> facts;   // {"targets": [definitions]}: for providers that answer from
                                       // facts; not sent to any other
};

// How a model wants to be spoken to; from models.yaml, overridden by the configuration.
struct Dialect {
  std::string answer_limit_field = "max_tokens";  // or max_completion_tokens
  std::string system_role = "system";             // or developer
  std::string structured = "json_schema";         // json_schema, json_object, none
  bool operator==(const Dialect&) const = default;
};

struct Endpoint {
  std::string base_url;  // normalised: no trailing slash
  std::string key;       // empty: none is sent. A secret: in headers only, never in a text
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
};

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
};

enum class Finish { complete, length, content_filter, refusal, tool_call, error };
std::string_view name(Finish finish);

struct Answer {
  std::string text;  // what the model wrote (JSON, fences, prose)
  Finish finish = Finish::complete;
  std::string finish_raw;
  std::optional<Usage> usage;  // absent: the provider did not say; the bound stays charged
  std::string model;           // that answered
  std::string response_id;
};

// The closed list of error classes (reference: docs/reports.md).
enum class ErrorClass {
  auth,
  permission,
  not_found,
  context_length,
  too_large,
  invalid_request,
  content_filter,
  rate_limit,
  quota,
  overloaded,
  server,
  timeout,
  network,
  protocol,
  cancelled
};
std::string_view name(ErrorClass error_class);
std::optional<ErrorClass> error_class_named(std::string_view name);

struct CallError {
  ErrorClass error_class = ErrorClass::protocol;
  int status = 0;       // HTTP; 0 where there was no response
  std::string message;  // without secrets, at most 512 bytes
  std::optional<Duration> retry_after;
  // Whether the provider can have worked for us: false only where it is proven that no request
  // reached it (refused connection, DNS) or that it charged nothing (an HTTP error status). True
  // makes the call's outcome `unknown`.
  bool maybe_charged = false;

  bool transient() const;  // may succeed when asked again: rate_limit, overloaded, server, timeout,
                           // network, protocol
};

template <class T>
using CallResult = std::expected<T, CallError>;

// One wire format. Stateless.
class Codec {
 public:
  virtual ~Codec() = default;
  virtual HttpRequest encode(const Question& question, const Dialect& dialect,
                             const Endpoint& endpoint) const = 0;
  // Of a complete HTTP exchange. An answer without its end mark is a protocol error with
  // maybe_charged.
  virtual CallResult<Answer> decode(const HttpResponse& response) const = 0;
  // Upper bound of prompt tokens beyond those of the texts themselves (roles, priming, the schema).
  virtual std::int64_t overhead_tokens(const Question& question) const = 0;
  // Fields that the codec sets itself (model, messages, the answer limit, ...): as a parameter,
  // such a name is an error at lint and is not sent.
  virtual bool reserves(std::string_view parameter) const = 0;
};

// Answers by itself, without network: deterministic, costs nothing. Pure; runs on the pool.
class LocalAnswerer {
 public:
  virtual ~LocalAnswerer() = default;
  virtual CallResult<Answer> answer(const Question& question) const = 0;
};

// A provider is one folder and one line in all.cpp. Exactly one of codec and local is set.
struct Provider {
  std::string name;      // "openai"
  std::string sentence;  // what it is
  std::string base_url;  // default
  std::string
      base_url_env;  // environment variable that overrides it, in order of preference with key_env
  std::vector<std::string> key_env;  // names of environment variables that hold a key
  bool key_required = true;
  std::unique_ptr<const Codec> codec;
  std::unique_ptr<const LocalAnswerer> local;
};

// Filled by a visible list (all.cpp), immutable afterwards.
class Registry final {
 public:
  // A duplicate or malformed name ([a-z][a-z0-9_-]*) aborts: a bug.
  void add(Provider provider);
  const Provider* find(std::string_view name) const;
  std::vector<std::string_view> names() const;

 private:
  std::map<std::string, Provider, std::less<>> providers_;
};

Registry all_providers();

}  // namespace docwright::providers
