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
  // What it refuses by its published rules (simulated_rules.h).
  std::optional<CallError> (*refusal)(const simulator::Received& request, const Json& body);
  // Whom a question is for.
  std::string (*model)(const simulator::Received& request, const Json& body);
  Shape (*shape)(const CallError& error);
  Headers (*limits)(const simulator::LimitState& state);
  // Headers with the hint when to come back.
  Headers (*hint)(Duration wait);
  // Adds what the provider has beside the common members of an answer or a chunk.
  void (*dress)(Json& body);
  // The same for an error: `json` is {"error": {...}}.
  void (*dress_error)(Json& json, const CallError& error);
  // Names the request on every answer.
  Headers (*identity)(std::string_view request_id);
  // Its words for a question that does not fit; none where it takes it.
  std::optional<std::string> (*overflow)(const simulator::Fit& fit);
  // The same for an answer limit above what the model can write.
  std::optional<std::string> (*too_long_an_answer)(const simulator::Fit& fit);
  std::string_view opening = {};   // what a stream begins with, as a whole event
  bool usage_with_finish = false;  // unasked, in the chunk that says why it ended
  bool limits_in_words = true;     // which limit it is, its size, and the wait
};

// OpenAI's own, for others to change: of Chat Completions and of Responses.
Role role();
Role responses_role();

// The formats of its interfaces, played in a role.
std::unique_ptr<const simulator::Api> chat_server(Role role);
std::unique_ptr<const simulator::Api> responses_server(Role role);

// --- what the servers have in common ---

// {"error": {"message", "type", "param", "code"}}
Json error_json(const CallError& error, const Role& role);
simulator::Rendered error_response(const CallError& error, const Role& role);
std::string event_of(const Json& data);

// What the role says, whichever interface is asked.
class Played : public simulator::Api {
 public:
  explicit Played(const Role& role) : role_(role) {}

  simulator::Rendered error(const CallError& error) const override {
    return error_response(error, role_);
  }
  std::optional<std::string> overflow(const simulator::Fit& fit) const override {
    return role_.overflow(fit);
  }
  std::optional<std::string> too_long_an_answer(const simulator::Fit& fit) const override {
    return role_.too_long_an_answer(fit);
  }
  Headers identity(std::string_view request_id) const override {
    return role_.identity(request_id);
  }
  Headers limits(const simulator::LimitState& state) const override { return role_.limits(state); }
  bool caches_unasked() const override { return true; }

 protected:
  const Role role_;
};

}  // namespace docwright::providers::openai
