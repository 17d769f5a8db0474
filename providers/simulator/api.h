// What the simulator needs of a provider's wire format, from the server's side. Pure: no I/O, no
// clock.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.h"

namespace docwright::providers::simulator {

// A question as it came over the wire.
struct Asked {
  std::string model;
  std::vector<Message> messages;
  std::int64_t answer_tokens_max = 0;  // 0: none was said
  Json schema;                         // null: none
  std::int64_t prompt_bytes = 0;       // texts and schema: what prompt tokens are counted by
};

struct Rendered {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

class Api {
 public:
  virtual ~Api() = default;
  // Whether a POST to this path asks a question of this format.
  virtual bool takes(std::string_view path) const = 0;
  // The error's message says what is wrong with the request.
  virtual Result<Asked> parse(std::string_view body) const = 0;
  virtual Rendered answer(const Answer& answer) const = 0;
  // `error.retry_after` becomes the format's hint.
  virtual Rendered error(const CallError& error) const = 0;
  virtual Rendered models(const std::vector<std::string_view>& names) const = 0;
};

}  // namespace docwright::providers::simulator
