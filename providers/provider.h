// Who answers, far away: a question in docwright's terms, its HTTP form in a provider's, and back.
//
// A codec is pure: no I/O, no clock, no state; any thread. Sending is http_client.h's business,
// deciding what to ask and what an answer is worth is pipeline/'s.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "providers/answer.h"
#include "providers/base_url.h"
#include "providers/http_message.h"
#include "providers/limit_rules.h"
#include "providers/question.h"
#include "runtime/error.h"

namespace docwright::providers {

// A streamed answer as its events come. One answer, one thread; holds no more than the answer.
class EventReader {
 public:
  virtual ~EventReader() = default;
  // One event: its name (empty where the format has none) and its data. After an error or the end
  // mark, further ones count for nothing.
  virtual void event(std::string_view name, std::string_view data) = 0;
  // What the model has written so far.
  virtual std::string_view text() const = 0;
  // The provider's own end mark has come, or an error: what may follow is not worth waiting for.
  // Never where only the end of the connection ends the format.
  virtual bool complete() const { return false; }
  // The connection has ended in order. Without the provider's own end mark: truncated, and
  // maybe_charged.
  virtual CallResult<Answer> end() = 0;
};

// One wire format. Stateless.
class Codec {
 public:
  virtual ~Codec() = default;
  virtual HttpRequest encode(const Question& question, const Dialect& dialect,
                             const Endpoint& endpoint, bool stream) const = 0;
  // Of a complete HTTP exchange that was no stream: an answer, or an error whatever was asked for.
  virtual CallResult<Answer> decode(const HttpResponse& response, const Question& question,
                                    const Dialect& dialect) const = 0;
  // Of a stream under a good status. The question outlives the reader.
  virtual std::unique_ptr<EventReader> events(const Question& question,
                                              const Dialect& dialect) const = 0;
  // Upper bound of prompt tokens beyond those of the texts themselves (roles, priming, the schema).
  virtual std::int64_t overhead_tokens(const Question& question, const Dialect& dialect) const = 0;
  // Fields that the codec sets itself (model, messages, the answer limit, ...): as a parameter,
  // such a name is an error at lint and is not sent.
  virtual bool reserves(std::string_view parameter) const = 0;
  // Fields that the interface is known to refuse, whatever the model: treated alike.
  virtual bool lacks(std::string_view, const Dialect&) const { return false; }
  // Which models a key may use: asks without spending.
  virtual HttpRequest list_models(const Endpoint& endpoint, const Dialect& dialect) const = 0;
  // The provider's own names of them.
  virtual CallResult<std::vector<std::string>> listed_models(
      const HttpResponse& response) const = 0;
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
  std::string base_url;  // default; empty: it has none, every user has an address of their own
  std::string
      base_url_env;  // environment variable that overrides it, in order of preference with key_env
  AddressForm address;               // of any address of it
  std::vector<std::string> key_env;  // names of environment variables that hold a key
  // Azure's: which hold the deployment and the version of the interface.
  std::string deployment_env;
  std::vector<std::string> api_version_env;
  bool key_required = true;
  LimitRules limits;
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
