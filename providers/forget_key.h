// A server may repeat the key that it was sent.
#pragma once
#include <string>
#include <string_view>

#include "providers/answer.h"
#include "providers/http_message.h"

namespace docwright::providers {

// Replaces the key by ***, so that it goes no further: not into the journal as a request id, not
// into an error's words. A key of less than 4 bytes is no secret: local servers take any, and "x"
// stands in every text.
void forget_key(std::string& text, std::string_view key);
void forget_key(Headers& headers, std::string_view key);
// Once more of what was read: the bytes may have held the key in escapes, or in several pieces.
void forget_key(Answer& answer, std::string_view key);
void forget_key(CallError& error, std::string_view key);
// Whether `text` holds a key that is a secret.
bool holds_key(std::string_view text, std::string_view key);
// What may be shown of a text that still grows: without the key, and without an end that could be
// the key's beginning. What was shown once stays the beginning of what is shown next.
std::string shown_of(std::string_view text, std::string_view key);

}  // namespace docwright::providers
