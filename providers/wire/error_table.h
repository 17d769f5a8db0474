// What is common to all providers of what errors mean: data, and looking it up.
#pragma once
#include <optional>
#include <string_view>

#include "providers/answer.h"

namespace docwright::providers::wire {

std::optional<ErrorClass> class_of_code(std::string_view code);
// Types that say less than an HTTP status does: for where there is none.
std::optional<ErrorClass> class_of_type(std::string_view type);
// By parts of `message`, which is in lower case.
std::optional<ErrorClass> class_of_words(std::string_view message);
// Where nothing else is said.
ErrorClass class_of_status(int status);

}  // namespace docwright::providers::wire
