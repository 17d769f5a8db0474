#include "schemas/schema_tree.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace docwright::schemas {
namespace {

struct TypeName {
  TypeSet type;
  std::string_view name;
  std::string_view phrase;
};
constexpr std::array kTypeNames = {
    TypeName{kObject, "object", "an object"},
    TypeName{kArray, "array", "an array"},
    TypeName{kString, "string", "a string"},
    TypeName{kNumber, "number", "a number"},
    TypeName{kInteger, "integer", "an integer"},
    TypeName{kBoolean, "boolean", "true or false"},
    TypeName{kNull, "null", "null"},
};

}  // namespace

std::string describe_types(TypeSet types) {
  std::string text;
  for (const TypeName& type : kTypeNames) {
    if ((types & type.type) == 0) continue;
    if (!text.empty()) text += " or ";
    text += type.phrase;
  }
  return text;
}

std::optional<TypeSet> type_named(std::string_view name) {
  const auto found = std::ranges::find(kTypeNames, name, &TypeName::name);
  if (found == kTypeNames.end()) return std::nullopt;
  return found->type;
}

TypeSet type_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      return kObject;
    case Json::value_t::array:
      return kArray;
    case Json::value_t::string:
      return kString;
    case Json::value_t::boolean:
      return kBoolean;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return kInteger;
    case Json::value_t::number_float: {
      // 1.0 is an integer to JSON Schema.
      const double number = value.get_ref<const Json::number_float_t&>();
      return std::trunc(number) == number ? kInteger : kNumber;
    }
    default:
      return kNull;
  }
}

std::optional<std::size_t> SchemaNode::property(std::string_view name) const {
  const auto found = std::ranges::lower_bound(
      sorted, name, {},
      [this](std::uint32_t index) -> std::string_view { return properties[index].name; });
  if (found == sorted.end() || properties[*found].name != name) return std::nullopt;
  return *found;
}

}  // namespace docwright::schemas
