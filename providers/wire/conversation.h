// Messages for interfaces that take system messages apart, and users and assistants in turn.
#pragma once
#include <string_view>
#include <vector>

#include "providers/question.h"

namespace docwright::providers::wire {

// Turns of one role that follow each other are one, of several messages. Messages without text are
// left out, and so is an answer before the first question: those interfaces refuse them. Points
// into the messages.
struct Conversation {
  struct Turn {
    std::string_view role;
    std::vector<const Message*> messages;
  };
  std::vector<const Message*> system;
  std::vector<Turn> turns;
};

inline bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

inline Conversation conversation_of(const std::vector<Message>& messages) {
  Conversation result;
  for (const Message& message : messages) {
    if (is_blank(message.text)) continue;
    if (message.role == "system") {
      result.system.push_back(&message);
      continue;
    }
    if (result.turns.empty() && message.role != "user") continue;
    if (result.turns.empty() || result.turns.back().role != message.role)
      result.turns.push_back({message.role, {}});
    result.turns.back().messages.push_back(&message);
  }
  return result;
}

}  // namespace docwright::providers::wire
