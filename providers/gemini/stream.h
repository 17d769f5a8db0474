// A streamGenerateContent stream as an answer or an error.
#pragma once
#include <memory>

#include "providers/provider.h"

namespace docwright::providers::gemini {

// Question and dialect outlive the reader.
std::unique_ptr<EventReader> content_events(const Question& question, const Dialect& dialect);

}  // namespace docwright::providers::gemini
