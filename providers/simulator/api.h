// What the simulator needs of a provider's wire format, from the server's side. Pure: no I/O, no
// clock.
#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.h"

namespace docwright::providers::simulator {

// A request as it came over the wire. Views of the connection's own memory.
struct Received {
  std::string_view path;   // without the query
  std::string_view query;  // behind the question mark
  const Headers& headers;  // names in lower case
  std::string_view body;
};

// The question in it.
struct Asked {
  std::string model;  // as the request names it; Azure: the deployment
  std::vector<Message> messages;
  std::int64_t answer_tokens_max = 0;  // 0: none was said
  Json schema;                         // null: none
  std::string forced_tool;             // whose parameters the schema is; empty: no tool
  std::int64_t prompt_bytes = 0;       // texts and schema: what prompt tokens are counted by
  std::int64_t stable_bytes = 0;       // of these, how many stand before the last cache mark
  bool stream = false;
  bool stream_usage = false;  // usage is wanted at the end of the stream
  std::string key;            // as sent; empty: none
};

struct Rendered {
  int status = 200;
  Headers headers;
  std::string body;
};

// One rate limit as it stands, for the headers that tell of it.
struct LimitState {
  std::int64_t requests = 0, requests_left = 0;  // a minute; 0: no limit
  std::int64_t tokens = 0, tokens_left = 0;
  Duration requests_reset{}, tokens_reset{};  // until all is there again
  Time now{};
};

// A text in pieces as a stream brings them: about four characters each, never cutting one.
std::vector<std::string_view> pieces(std::string_view text);

class Api {
 public:
  virtual ~Api() = default;
  // Whether a POST to this path asks a question of this format.
  virtual bool takes(std::string_view path) const = 0;
  // Refuses what breaks the provider's published rules, in its classes and words: a header that is
  // missing, a field that it does not know, a schema outside of its subset.
  virtual std::expected<Asked, CallError> parse(const Received& request) const = 0;
  virtual Rendered answer(const Answer& answer, const Asked& asked) const = 0;
  // The same answer as a stream: what is written one after the other, an event each, the end mark
  // among them.
  virtual std::vector<std::string> stream(const Answer& answer, const Asked& asked) const = 0;
  // An error in the midst of a stream, under a good status.
  virtual std::string stream_error(const CallError& error) const = 0;
  // `error.retry_after` becomes the format's hint.
  virtual Rendered error(const CallError& error) const = 0;
  // Headers that tell how much of a limit is left; none where the provider sends none.
  virtual Headers limits(const LimitState& state) const = 0;
  // Whether a GET of this path lists models, and the list.
  virtual bool lists(std::string_view path) const = 0;
  virtual Rendered models(const std::vector<std::string_view>& names) const = 0;
};

}  // namespace docwright::providers::simulator
