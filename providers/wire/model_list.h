// Lists of models.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.h"

namespace docwright::providers::wire {

// The names in {LIST: [{NAME: "..."}, ...]}, the body of a response with a good status.
CallResult<std::vector<std::string>> names_in(const HttpResponse& response, std::string_view list,
                                              std::string_view name);

}  // namespace docwright::providers::wire
