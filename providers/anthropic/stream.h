// A Messages stream as an answer or an error.
#pragma once
#include <memory>

#include "providers/provider.h"

namespace docwright::providers::anthropic {

// Question and dialect outlive the reader.
std::unique_ptr<EventReader> message_events(const Question& question, const Dialect& dialect);

}  // namespace docwright::providers::anthropic
