#include "providers/offline/facts.h"

namespace docwright::providers::offline {
namespace {

std::string text(const Json& json, std::string_view name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag(const Json& json, std::string_view name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

const Json& list(const Json& json, std::string_view name, const Json& nothing) {
  const auto found = json.find(name);
  return found != json.end() && found->is_array() ? *found : nothing;
}

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> result;
  for (const Json& item : list) {
    if (item.is_string()) result.push_back(item.get<std::string>());
  }
  return result;
}

std::vector<ParameterFacts> parameters(const Json& list) {
  std::vector<ParameterFacts> result;
  for (const Json& item : list) {
    if (!item.is_object()) continue;
    result.push_back(
        {text(item, "name"), text(item, "type"), text(item, "default"), text(item, "kind")});
  }
  return result;
}

}  // namespace

std::vector<Facts> facts_of(const Json& facts) {
  const Json nothing = Json::array();
  std::vector<Facts> result;
  if (!facts.is_object()) return result;
  for (const Json& target : list(facts, "targets", nothing)) {
    if (!target.is_object()) continue;
    Facts one;
    one.kind = text(target, "kind");
    one.name = text(target, "name");
    one.symbol = text(target, "symbol");
    one.signature = text(target, "signature");
    one.return_type = text(target, "return_type");
    one.existing_doc = text(target, "existing_doc");
    one.parameters = parameters(list(target, "parameters", nothing));
    one.type_parameters = parameters(list(target, "type_parameters", nothing));
    one.returns_value = flag(target, "returns_value");
    one.yields = flag(target, "yields");
    one.raises = texts(list(target, "raises", nothing));
    one.flags = texts(list(target, "flags", nothing));
    result.push_back(std::move(one));
  }
  return result;
}

}  // namespace docwright::providers::offline
