// A stream as an answer or an error: Chat Completions and Responses.
#pragma once
#include <memory>

#include "providers/openai/response.h"

namespace docwright::providers::openai {

std::unique_ptr<EventReader> chat_events(const Reading& reading);
std::unique_ptr<EventReader> responses_events(const Reading& reading);

}  // namespace docwright::providers::openai
