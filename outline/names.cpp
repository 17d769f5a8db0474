#include <array>
#include <utility>

#include "outline/outline.h"

namespace docwright::outline {
namespace {

constexpr std::array<std::string_view, 4> kLanguages{"python", "c", "cpp", "other"};
constexpr std::array<std::string_view, 15> kKinds{
    "module",      "namespace",  "class",    "struct",     "union", "enum",    "function", "method",
    "constructor", "destructor", "operator", "type_alias", "macro", "concept", "variable"};

}  // namespace

std::string_view name(Language language) {
  return kLanguages[static_cast<std::size_t>(std::to_underlying(language))];
}
std::string_view name(Kind kind) {
  return kKinds[static_cast<std::size_t>(std::to_underlying(kind))];
}

}  // namespace docwright::outline
