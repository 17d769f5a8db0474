#include "providers/schema_value.h"

#include <algorithm>

namespace docwright::providers {
namespace {

constexpr int kDepthMax = 32;

const Json* keyword(const Json& schema, std::string_view name) {
  if (!schema.is_object()) return nullptr;
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

std::size_t size_keyword(const Json& schema, std::string_view name, std::size_t otherwise) {
  const Json* value = keyword(schema, name);
  return value != nullptr && value->is_number_unsigned() ? value->get<std::size_t>() : otherwise;
}

// Walks one document with one source of texts.
class Walk {
 public:
  Walk(const Json& root, const TextFor& text) : root_(root), text_(text) {}

  Json value(const Json& part, std::string_view property, int depth) const {
    if (depth > kDepthMax) return nullptr;
    const Json& schema = resolved(root_, part);
    if (const Json* fixed = keyword(schema, "const")) return *fixed;
    if (const Json* choices = keyword(schema, "enum"); choices != nullptr && !choices->empty()) {
      return choices->front();
    }
    for (const std::string_view any : {"anyOf", "oneOf"}) {
      if (const Json* branches = keyword(schema, any)) return branch(*branches, property, depth);
    }
    const std::string_view type = type_of(schema);
    if (type == "object" || schema.contains("properties")) return object(schema, depth);
    if (type == "array") return array(schema, property, depth);
    if (type == "string") return string(schema, property);
    if (type == "integer" || type == "number") return number(schema);
    if (type == "boolean") return false;
    return nullptr;
  }

 private:
  Json branch(const Json& branches, std::string_view property, int depth) const {
    for (const Json& candidate : branches) {
      if (type_of(resolved(root_, candidate)) != "null")
        return value(candidate, property, depth + 1);
    }
    return nullptr;
  }

  Json object(const Json& schema, int depth) const {
    Json result = Json::object();
    const Json* properties = keyword(schema, "properties");
    if (properties == nullptr || !properties->is_object()) return result;
    for (const auto& [name, part] : properties->items()) {
      result[name] = value(part, name, depth + 1);
    }
    return result;
  }

  Json array(const Json& schema, std::string_view property, int depth) const {
    Json result = Json::array();
    const Json* items = keyword(schema, "items");
    if (items == nullptr) return result;
    const std::size_t count = std::min<std::size_t>(size_keyword(schema, "minItems", 0), 100);
    while (result.size() < count) result.push_back(value(*items, property, depth + 1));
    return result;
  }

  Json string(const Json& schema, std::string_view property) const {
    std::string text = text_(property);
    const std::size_t least = size_keyword(schema, "minLength", 0);
    const std::size_t most = size_keyword(schema, "maxLength", text.size());
    while (text.size() < least) text += '.';
    // Lengths count characters, of which there are no more than bytes.
    if (text.size() > most) text.resize(most);
    return text;
  }

  static Json number(const Json& schema) {
    const Json* least = keyword(schema, "minimum");
    return least != nullptr && least->is_number() ? *least : Json(0);
  }

  const Json& root_;
  const TextFor& text_;
};

}  // namespace

const Json& resolved(const Json& root, const Json& part) {
  const Json* schema = &part;
  for (int hops = 0; hops < kDepthMax; ++hops) {
    const Json* reference = keyword(*schema, "$ref");
    if (reference == nullptr || !reference->is_string()) break;
    const std::string& pointer = reference->get_ref<const std::string&>();
    if (!pointer.starts_with('#')) break;
    try {
      schema = &root.at(Json::json_pointer(pointer.substr(1)));
    } catch (const Json::exception&) {
      break;
    }
  }
  return *schema;
}

std::string_view type_of(const Json& schema) {
  const Json* type = keyword(schema, "type");
  if (type == nullptr) return {};
  if (type->is_string()) return type->get_ref<const std::string&>();
  if (!type->is_array()) return {};
  for (const Json& name : *type) {
    if (name.is_string() && name != "null") return name.get_ref<const std::string&>();
  }
  return type->empty() ? std::string_view() : std::string_view("null");
}

bool may_be_null(const Json& schema) {
  const Json* type = keyword(schema, "type");
  if (type == nullptr) return false;
  return type->is_array() ? std::ranges::find(*type, Json("null")) != type->end() : *type == "null";
}

Json schema_value(const Json& schema, const TextFor& text) {
  return schema_value(schema, schema, {}, text);
}

Json schema_value(const Json& root, const Json& part, std::string_view property,
                  const TextFor& text) {
  return Walk(root, text).value(part, property, 0);
}

}  // namespace docwright::providers
