// OpenAI's formats from the server's side, for the simulator. What sets a provider of the family
// apart is data, as for its codec (family.h).
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "providers/simulator/api.h"

namespace docwright::providers::openai {

// An error as a provider puts it.
struct Shape {
  int status = 400;
  std::string_view type = {}, code = {};
  std::string_view words = {};  // for an error without a message
};

struct Role {
  bool (*takes)(std::string_view path);
  bool (*lists)(std::string_view path);
  // Rules that the provider has beyond the common ones (simulated_rules.h).
  std::optional<CallError> (*refusal)(const simulator::Received& request, const Json& body);
  // Whom a question is for.
  std::string (*model)(const simulator::Received& request, const Json& body);
  Shape (*shape)(const CallError& error);
  Headers (*limits)(const simulator::LimitState& state);
  // Headers with the hint when to come back.
  Headers (*hint)(Duration wait);
  // Adds what the provider has beside the common members of an answer or a chunk.
  void (*dress)(Json& body);
  std::string_view opening = {};   // what a stream begins with, as a whole event
  bool usage_with_finish = false;  // unasked, in the chunk that says why it ended
  std::string_view overflow = {};  // its words for a question that does not fit; empty: OpenAI's
};

// OpenAI's own, for others to change.
Role role();

// The formats of its interfaces, played in a role.
std::unique_ptr<const simulator::Api> chat_server(Role role);
std::unique_ptr<const simulator::Api> responses_server();

// --- what the servers have in common ---

// {"message", "type", "param", "code"}
Json error_object(const CallError& error, const Role& role);
simulator::Rendered error_response(const CallError& error, const Role& role);
std::string event_of(const Json& data);

}  // namespace docwright::providers::openai
