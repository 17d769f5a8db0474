// Of the messages of a Chat Completions request: roles, contents, and calls of tools with their
// answers.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "providers/openai/simulated_rules.h"
#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;
using Refusal = std::optional<CallError>;

constexpr auto kRoles = std::to_array<std::string_view>(
    {"system", "developer", "user", "assistant", "tool", "function"});

Refusal content_refusal(const Json& message, std::string_view role, const std::string& where) {
  const Json* content = member(message, "content");
  if (content == nullptr || content->is_null()) {
    const bool calls = message.contains("tool_calls") || message.contains("function_call");
    if (role == "assistant" && (calls || message.contains("refusal"))) return std::nullopt;
    return invalid(fmt::format("Invalid type for '{}.content': expected one of a string or array "
                               "of objects, but got null instead.",
                               where),
                   "invalid_type");
  }
  if (content->is_string()) return std::nullopt;
  if (!content->is_array()) {
    return invalid(fmt::format("Invalid type for '{}.content': expected one of a string or array "
                               "of objects.",
                               where),
                   "invalid_type");
  }
  if (!content->empty()) return std::nullopt;
  return invalid(fmt::format("Invalid '{}.content': empty array. Expected an array with minimum "
                             "length 1, but got an empty array instead.",
                             where),
                 "empty_array");
}

// Each call of a tool is answered before anybody says anything else.
class Calls {
 public:
  Refusal next(const Json& message, std::string_view role) {
    if (role == "tool") {
      if (open_.erase(text_of(message, "tool_call_id")) == 1) return std::nullopt;
      return invalid(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message "
          "with 'tool_calls'.");
    }
    if (auto refusal = end()) return refusal;
    const Json* calls = member(message, "tool_calls");
    if (calls == nullptr || !calls->is_array()) return std::nullopt;
    for (const Json& call : *calls) open_.insert(text_of(call, "id"));
    return std::nullopt;
  }

  Refusal end() const {
    if (open_.empty()) return std::nullopt;
    return invalid(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
        "each 'tool_call_id'.");
  }

 private:
  std::set<std::string> open_;
};

}  // namespace

Refusal messages_refusal(const Json& body) {
  const Json* messages = member(body, "messages");
  if (messages == nullptr)
    return invalid("Missing required parameter: 'messages'.", "missing_required_parameter");
  if (!messages->is_array())
    return invalid("Invalid type for 'messages': expected an array of objects.", "invalid_type");
  if (messages->empty())
    return invalid("Invalid 'messages': empty array. Expected an array with minimum length 1.",
                   "empty_array");
  Calls calls;
  for (std::size_t i = 0; i < messages->size(); ++i) {
    const Json& message = (*messages)[i];
    const std::string where = fmt::format("messages[{}]", i);
    const std::string role = text_of(message, "role");
    if (std::ranges::find(kRoles, role) == kRoles.end()) {
      return invalid(
          fmt::format("Invalid value for '{}.role': '{}'. Supported values are: {}.", where, role,
                      "'system', 'developer', 'user', 'assistant', 'tool' "
                      "and 'function'"),
          "invalid_value");
    }
    if (auto refusal = content_refusal(message, role, where)) return refusal;
    if (auto refusal = calls.next(message, role)) return refusal;
  }
  return calls.end();
}

}  // namespace docwright::providers::openai
