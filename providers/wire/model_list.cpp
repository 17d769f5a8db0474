#include "providers/wire/model_list.h"

#include <fmt/format.h>

#include "providers/wire/errors.h"
#include "providers/wire/members.h"

namespace docwright::providers::wire {

CallResult<std::vector<std::string>> names_in(const HttpResponse& response, std::string_view list,
                                              std::string_view name) {
  const Result<Json> body = parse_json(response.body);
  const Json* entries = body ? member(*body, list) : nullptr;
  if (entries == nullptr || !entries->is_array()) {
    return std::unexpected(broken(ErrorClass::malformed, response.status,
                                  fmt::format("the list of models has no {}", list)));
  }
  std::vector<std::string> names;
  for (const Json& entry : *entries) {
    if (std::string found = text_of(entry, name); !found.empty()) names.push_back(std::move(found));
  }
  return names;
}

}  // namespace docwright::providers::wire
