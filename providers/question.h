// One question to one model, and how and where it is put.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "providers/http_message.h"
#include "runtime/json.h"

namespace docwright::providers {

struct Message {
  std::string role;  // system, user, assistant
  std::string text;
  bool stable = false;  // the same in every question of its pipeline step: a provider may cache the
                        // prompt up to the end of the last such message
};

// Everything that can change the answer is in here, and nothing else.
struct Question {
  std::string model;              // the provider's own name of the model
  std::vector<Message> messages;  // system first, where there is one; then user and assistant in
                                  // turn; the last is the user's
  std::int64_t answer_tokens_max = 0;  // always set and always sent
  Json parameters =
      Json::object();  // temperature, top_p, seed, reasoning_effort, ... as the model takes them
  std::string schema_name;             // [A-Za-z0-9_-]{1,64}
  std::shared_ptr<const Json> schema;  // JSON Schema of the answer, portable subset; never null
  std::shared_ptr<const Json> facts;   // {"targets": [definitions]}: for providers that answer from
                                       // facts; not sent to any other
};

enum class AnswerLimitField { max_tokens, max_completion_tokens };
enum class SystemRole { system, developer };
// How the form of the answer is asked for, strictest first. tool: the model is made to call one
// tool whose parameters are the schema. json_object and none have the schema as words in the
// prompt.
enum class Structured { json_schema, tool, json_object, none };
// Which of a provider's two interfaces serves the model.
enum class Api { chat, responses };
// How the provider is told what to cache. automatic: not at all, it finds out. key: a routing hint
// made of the stable messages. marks: at the end of the stable messages.
enum class PromptCache { none, automatic, key, marks };
// When an answer is asked for as a stream: long ones (answer_tokens_max above 16,000) outlive what
// middle boxes allow a silent connection.
enum class Streaming { never, long_answers, always };

// How a model wants to be spoken to; from models.yaml, overridden by the configuration. A codec
// takes from it what its provider leaves open.
struct Dialect {
  AnswerLimitField answer_limit_field = AnswerLimitField::max_tokens;
  SystemRole system_role = SystemRole::system;
  Structured structured = Structured::json_schema;
  bool strict = true;  // the schema is enforced ("strict": true), not only followed
  Api api = Api::chat;
  PromptCache prompt_cache = PromptCache::automatic;
  Streaming streaming = Streaming::long_answers;
  bool stream_usage = true;     // the server knows stream_options
  std::string api_version;      // Azure's query, Anthropic's header; empty: the codec's default
  bool deployment_url = false;  // Azure: the deployment stands in the path
  bool bearer = false;          // Azure: the key is an Entra token
  bool operator==(const Dialect&) const = default;
};

struct Endpoint {
  std::string base_url;  // normalised: no trailing slash
  std::string key;       // empty: none is sent. A secret: in headers only, never in a text
  std::string key_id;    // tells keys apart in lists and rows; nothing of the key can be read from
                         // it
  Headers headers;       // further ones
  // Azure's, out of the environment; empty: what question and dialect say.
  std::string deployment;
  std::string api_version;
};

}  // namespace docwright::providers
