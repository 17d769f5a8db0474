#include "providers/gemini/simulated_spelling.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "runtime/characters.h"

namespace docwright::providers::gemini {
namespace {

// Fields whose members are the asker's own.
constexpr std::array<std::string_view, 7> kOwn = {
    "responseSchema", "responseJsonSchema", "parameters", "parametersJsonSchema",
    "args",           "response",           "labels"};

std::string camel_case(std::string_view name) {
  std::string result;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool humps = name[at] == '_' && at > 0 && at + 1 < name.size();
    if (humps) ++at;
    const char c = name[at];
    result += humps ? to_upper(c) : c;
  }
  return result;
}

}  // namespace

Json in_camel_case(const Json& request) {
  if (request.is_array()) {
    Json list = Json::array();
    for (const Json& entry : request) list.push_back(in_camel_case(entry));
    return list;
  }
  if (!request.is_object()) return request;
  Json result = Json::object();
  for (const auto& [name, value] : request.items()) {
    const std::string known = camel_case(name);
    const bool own = std::ranges::find(kOwn, known) != kOwn.end();
    result[known] = own ? value : in_camel_case(value);
  }
  return result;
}

Json in_json_types(const Json& schema) {
  if (!schema.is_structured()) return schema;
  Json result = schema;
  for (const auto& [name, value] : result.items()) {
    const bool type = schema.is_object() && name == "type" && value.is_string();
    value = type ? Json(lower(value.get<std::string>())) : in_json_types(value);
  }
  return result;
}

}  // namespace docwright::providers::gemini
