// Facts as JSON and back. Empty members are left out: an outline of a file with hundreds of
// definitions goes through a socket.
#include <fmt/format.h>

#include <algorithm>

#include "outline/outline.h"

namespace docwright::outline {
namespace {

template <class Enum>
std::optional<Enum> named(std::string_view word, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (name(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

Json range_json(const Range& range) {
  return Json::array({range.begin, range.end});
}

Json parameter_json(const Parameter& parameter) {
  Json json = Json::object();
  json["name"] = parameter.name;
  if (!parameter.type.empty()) json["type"] = parameter.type;
  if (!parameter.default_value.empty()) json["default"] = parameter.default_value;
  if (!parameter.kind.empty()) json["kind"] = parameter.kind;
  return json;
}

void put_parameters(Json& json, const char* key, const std::vector<Parameter>& parameters) {
  if (parameters.empty()) return;
  Json& list = json[key] = Json::array();
  for (const Parameter& parameter : parameters) list.push_back(parameter_json(parameter));
}

void put_strings(Json& json, const char* key, const std::vector<std::string>& strings) {
  if (!strings.empty()) json[key] = strings;
}

// Reads members of one object; what is absent keeps its default, what has another type is an error
// that names it.
class Members {
 public:
  explicit Members(const Json& json) : json_(json) {
    if (!json.is_object()) error_ = "an object is expected";
  }

  const std::string& error() const { return error_; }

  void read(const char* key, std::string& value) {
    if (const Json* member = find(key, &Json::is_string, "a string"))
      value = member->get_ref<const std::string&>();
  }
  void read(const char* key, bool& value) {
    if (const Json* member = find(key, &Json::is_boolean, "true or false"))
      value = member->get<bool>();
  }
  void read(const char* key, std::int32_t& value) {
    if (const Json* member = find(key, &Json::is_number_integer, "an integer"))
      value = member->get<std::int32_t>();
  }
  void read(const char* key, std::vector<std::string>& value) {
    for_each(key, [&](const Json& item) {
      if (!item.is_string()) return set_error(key, "strings");
      value.push_back(item.get<std::string>());
    });
  }
  void read(const char* key, Range& value) {
    const Json* member = find(key, &Json::is_array, "[begin, end]");
    if (member == nullptr) return;
    if (!is_range(*member)) return set_error(key, "[begin, end]");
    value = {(*member)[0].get<std::uint32_t>(), (*member)[1].get<std::uint32_t>()};
  }
  void read(const char* key, std::vector<Range>& value) {
    for_each(key, [&](const Json& item) {
      if (!is_range(item)) return set_error(key, "pairs [begin, end]");
      value.push_back({item[0].get<std::uint32_t>(), item[1].get<std::uint32_t>()});
    });
  }
  template <class Value>
  void read(const char* key, std::optional<Value>& value) {
    if (json_.is_object() && json_.contains(key)) read(key, value.emplace());
  }
  template <class Enum>
  void read(const char* key, Enum& value, Enum last) {
    std::string word;
    read(key, word);
    if (const auto found = named(word, last)) {
      value = *found;
    } else {
      set_error(key, "another word");
    }
  }
  void read(const char* key, std::vector<Parameter>& value) {
    for_each(key, [&](const Json& item) {
      Members members(item);
      Parameter& parameter = value.emplace_back();
      members.read("name", parameter.name);
      members.read("type", parameter.type);
      members.read("default", parameter.default_value);
      members.read("kind", parameter.kind);
      if (!members.error().empty()) error_ = fmt::format("{}: {}", key, members.error());
    });
  }

 private:
  static bool is_range(const Json& json) {
    return json.is_array() && json.size() == 2 && json[0].is_number_unsigned() &&
           json[1].is_number_unsigned();
  }
  void set_error(const char* key, const char* expected) {
    if (error_.empty()) error_ = fmt::format("'{}': {} expected", key, expected);
  }
  const Json* find(const char* key, bool (Json::*is)() const noexcept, const char* expected) {
    if (!error_.empty()) return nullptr;
    const auto member = json_.find(key);
    if (member == json_.end()) return nullptr;
    if (!(*member.*is)()) {
      set_error(key, expected);
      return nullptr;
    }
    return &*member;
  }
  template <class Visit>
  void for_each(const char* key, Visit visit) {
    if (const Json* list = find(key, &Json::is_array, "a list")) {
      for (const Json& item : *list) visit(item);
    }
  }

  const Json& json_;
  std::string error_;
};

}  // namespace

Json to_json(const Definition& definition) {
  Json json = Json::object();
  json["kind"] = name(definition.kind);
  json["name"] = definition.name;
  json["symbol"] = definition.symbol;
  json["signature"] = definition.signature;
  put_parameters(json, "parameters", definition.parameters);
  put_parameters(json, "type_parameters", definition.type_parameters);
  if (definition.return_type) json["return_type"] = *definition.return_type;
  if (definition.returns_value) json["returns_value"] = true;
  if (definition.yields) json["yields"] = true;
  put_strings(json, "raises", definition.raises);
  put_strings(json, "flags", definition.flags);
  if (!definition.visibility.empty()) json["visibility"] = definition.visibility;
  json["extent"] = range_json(definition.extent);
  json["body"] = range_json(definition.body);
  if (definition.doc_range) json["doc_range"] = range_json(*definition.doc_range);
  if (!definition.existing_doc.empty()) json["existing_doc"] = definition.existing_doc;
  if (definition.parent >= 0) json["parent"] = definition.parent;
  return json;
}

Result<Definition> definition_from_json(const Json& json) {
  Definition definition;
  Members members(json);
  members.read("kind", definition.kind, Kind::variable);
  members.read("name", definition.name);
  members.read("symbol", definition.symbol);
  members.read("signature", definition.signature);
  members.read("parameters", definition.parameters);
  members.read("type_parameters", definition.type_parameters);
  members.read("return_type", definition.return_type);
  members.read("returns_value", definition.returns_value);
  members.read("yields", definition.yields);
  members.read("raises", definition.raises);
  members.read("flags", definition.flags);
  members.read("visibility", definition.visibility);
  members.read("extent", definition.extent);
  members.read("body", definition.body);
  members.read("doc_range", definition.doc_range);
  members.read("existing_doc", definition.existing_doc);
  members.read("parent", definition.parent);
  if (!members.error().empty())
    return fail(Code::corrupt, "A definition's facts do not read back: " + members.error() + ".");
  return definition;
}

Json to_json(const Outline& outline) {
  Json json = Json::object();
  json["language"] = name(outline.language);
  if (!outline.module_doc.empty()) json["module_doc"] = outline.module_doc;
  if (!outline.fallback.empty()) json["fallback"] = outline.fallback;
  Json& definitions = json["definitions"] = Json::array();
  for (const Definition& definition : outline.definitions)
    definitions.push_back(to_json(definition));
  if (!outline.broken.empty()) {
    Json& broken = json["broken"] = Json::array();
    for (const Range& range : outline.broken) broken.push_back(range_json(range));
  }
  return json;
}

Result<Outline> outline_from_json(const Json& json) {
  Outline outline;
  Members members(json);
  members.read("language", outline.language, Language::other);
  members.read("module_doc", outline.module_doc);
  members.read("fallback", outline.fallback);
  members.read("broken", outline.broken);
  if (!members.error().empty())
    return fail(Code::corrupt, "An outline does not read back: " + members.error() + ".");
  const auto definitions = json.find("definitions");
  if (definitions == json.end() || !definitions->is_array())
    return fail(Code::corrupt, "An outline does not read back: no definitions.");
  outline.definitions.reserve(definitions->size());
  for (const Json& item : *definitions) {
    auto definition = definition_from_json(item);
    if (!definition) return std::unexpected(std::move(definition.error()));
    outline.definitions.push_back(std::move(*definition));
  }
  return outline;
}

}  // namespace docwright::outline
