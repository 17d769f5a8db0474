#include "outline/cfamily/prototypes.h"

#include <algorithm>
#include <unordered_map>

namespace docwright::outline::cfamily {
namespace {

bool has(const Definition& definition, std::string_view flag) {
  return std::ranges::find(definition.flags, flag) != definition.flags.end();
}

// What tells overloads apart, as far as it can be seen. C has none.
std::string key_of(const Definition& definition, bool has_overloads) {
  if (!has_overloads) return definition.symbol;
  std::string key = definition.symbol + "(";
  for (const Parameter& parameter : definition.parameters) {
    std::ranges::copy_if(parameter.type, std::back_inserter(key), [](char c) { return c != ' '; });
    key += ',';
  }
  return key + (has(definition, "const") ? ")const" : ")");
}

void hand_over(const Definition& declaration, Definition& definition) {
  const std::size_t count = std::min(declaration.parameters.size(), definition.parameters.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (definition.parameters[i].default_value.empty())
      definition.parameters[i].default_value = declaration.parameters[i].default_value;
  }
  if (definition.existing_doc.empty()) {
    definition.existing_doc = declaration.existing_doc;
    definition.doc_range = declaration.doc_range;
  }
  for (const std::string_view flag : {"static", "virtual", "override", "final", "explicit"}) {
    if (has(declaration, flag) && !has(definition, flag)) definition.flags.emplace_back(flag);
  }
  definition.visibility = declaration.visibility;
}

}  // namespace

void drop_prototypes(Builder& builder, bool has_overloads) {
  std::unordered_map<std::string, std::size_t> defined;
  const auto is_function = [](const Definition& d) {
    return d.kind == Kind::function || d.kind == Kind::method || d.kind == Kind::constructor ||
           d.kind == Kind::destructor || d.kind == Kind::operator_;
  };
  for (std::size_t i = 0; i < builder.size(); ++i) {
    const Definition& definition = builder.at(static_cast<std::int32_t>(i));
    if (is_function(definition) && !has(definition, "declaration"))
      defined.emplace(key_of(definition, has_overloads), i);
  }
  std::vector<bool> drop(builder.size());
  for (std::size_t i = 0; i < builder.size(); ++i) {
    const Definition& declaration = builder.at(static_cast<std::int32_t>(i));
    if (!has(declaration, "declaration")) continue;
    const auto found = defined.find(key_of(declaration, has_overloads));
    if (found == defined.end()) continue;
    hand_over(declaration, builder.at(static_cast<std::int32_t>(found->second)));
    drop[i] = true;
  }
  builder.remove(drop);
}

void drop_unnamed_parameters(Builder& builder) {
  for (std::size_t i = 0; i < builder.size(); ++i) {
    std::erase_if(builder.at(static_cast<std::int32_t>(i)).parameters,
                  [](const Parameter& parameter) { return parameter.name.empty(); });
  }
}

}  // namespace docwright::outline::cfamily
