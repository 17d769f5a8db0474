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
  std::string forced_tool;  // whose parameters the schema is: the answer's text is rendered as a
                            // call of it, whatever `finish` says; empty: no tool
  std::int64_t prompt_bytes = 0;  // texts and schema: what prompt tokens are counted by
  std::int64_t stable_bytes = 0;  // of these, how many stand before the last cache mark
  bool stream = false;
  bool stream_in_array = false;  // not as events, but as the elements of one JSON array
  bool stream_usage = false;     // usage is wanted at the end of the stream
  bool usage_elsewhere = false;  // set by the desk: the usage comes where other servers of this
                                 // format send it
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
  Duration requests_reset{}, tokens_reset{};                     // until all is there again
  std::int64_t requests_per_day = 0, requests_per_day_left = 0;  // 0: no limit
  Duration day_reset{};
  Time now{};
};

// A question that may not fit its model.
struct Fit {
  std::string_view model;
  std::int64_t window = 0;  // tokens, prompt and answer
  std::int64_t prompt_tokens = 0, answer_tokens_max = 0;
  std::int64_t input_max = 0;   // of the prompt alone; 0: what the window leaves
  std::int64_t output_max = 0;  // of the answer alone; 0: likewise
};
// In the words of Chat Completions, where prompt and answer limit have to fit together; none where
// they do.
std::optional<std::string> overflow(const Fit& fit);

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
  virtual std::string_view stream_type(const Asked&) const { return "text/event-stream"; }
  // Something between the events that says nothing.
  virtual std::string keep_alive(const Asked&) const { return ": keep-alive\n\n"; }
  // An error in the midst of a stream, under a good status.
  virtual std::string stream_error(const CallError& error) const = 0;
  // An empty message: in the provider's own words for the class. `error.retry_after` becomes the
  // format's hint. `error.code` tells kinds apart: of a rate_limit what has run out ("requests",
  // "tokens", "requests_per_day", "tokens_per_day", "concurrent"); of a too_large "tokens" where
  // the request is above the limit of a whole minute (else its body is too long).
  virtual Rendered error(const CallError& error) const = 0;
  // What a prompt that is blocked gets, where that is no error but an answer, whose tokens are
  // paid.
  virtual std::optional<Rendered> blocked(const Usage& usage) const {
    (void)usage;
    return std::nullopt;
  }
  // The provider's words for a question that does not fit; none where it takes it.
  virtual std::optional<std::string> overflow(const Fit& fit) const = 0;
  // The same for an answer limit above what the model can write.
  virtual std::optional<std::string> too_long_an_answer(const Fit& fit) const {
    (void)fit;
    return std::nullopt;
  }
  // Whether a prefix that was seen before counts as cached without a mark.
  virtual bool caches_unasked() const { return false; }
  // What names the request on every answer.
  virtual Headers identity(std::string_view request_id) const {
    return {{"x-request-id", std::string(request_id)}};
  }
  // Headers that tell how much of a limit is left; none where the provider sends none.
  virtual Headers limits(const LimitState& state) const = 0;
  // Whether a GET of this path lists models, and the list.
  virtual bool lists(std::string_view path) const = 0;
  // Whether such a request comes from this format's clients, where others have the same path.
  virtual bool is_own(const Headers& headers) const {
    (void)headers;
    return true;
  }
  virtual Rendered models(const std::vector<std::string_view>& names) const = 0;
};

// A format and the provider (in the registry) whose it is; a provider may have several.
struct Spoken {
  std::string_view provider;
  std::unique_ptr<const Api> api;
};
// The visible list (providers/simulated.cpp). Of several that take a path, the first does.
std::vector<Spoken> all_spoken();

}  // namespace docwright::providers::simulator
