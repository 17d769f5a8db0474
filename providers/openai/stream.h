// A Chat Completions stream as an answer or an error.
#pragma once
#include <memory>

#include "providers/provider.h"

namespace docwright::providers::openai {

std::unique_ptr<EventReader> chat_events();

}  // namespace docwright::providers::openai
