#include "providers/offline/document.h"

#include <array>
#include <optional>

#include "providers/schema_value.h"

namespace docwright::providers::offline {
namespace {

const Json* keyword(const Json& schema, std::string_view name) {
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (const std::string_view known : names) {
    if (known == name) return true;
  }
  return false;
}

// Writes one answer against one schema.
class Writer {
 public:
  Writer(const Json& root, const Wording& wording) : root_(root), wording_(wording) {}

  Json documents(const Json& part, const std::vector<Facts>& targets) const {
    const Json& schema = resolved(root_, part);
    if (type_of(schema) == "array") {
      Json list = Json::array();
      if (const Json* items = keyword(schema, "items")) {
        for (const Facts& facts : targets) list.push_back(document(*items, facts));
      }
      return list;
    }
    Json members = Json::object();
    if (const Json* properties = keyword(schema, "properties")) {
      for (const auto& [symbol, child] : properties->items()) {
        members[symbol] = document(child, target_named(symbol, targets));
      }
    }
    return members;
  }

  Json document(const Json& part, const Facts& facts) const {
    const Json& schema = resolved(root_, part);
    const Words words = wording_.words(facts);
    Json result = Json::object();
    if (const Json* properties = keyword(schema, "properties")) {
      for (const auto& [name, child] : properties->items()) {
        result[name] = member(name, resolved(root_, child), facts, words);
      }
    }
    return result;
  }

 private:
  static Facts target_named(std::string_view symbol, const std::vector<Facts>& targets) {
    for (const Facts& facts : targets) {
      if (facts.symbol == symbol) return facts;
    }
    Facts unknown;
    unknown.name = unknown.symbol = symbol;
    return unknown;
  }

  Json member(std::string_view name, const Json& schema, const Facts& facts,
              const Words& words) const {
    if (is_one_of(name, {"symbol", "target", "id"})) return facts.symbol;
    if (name == "name") return facts.name;
    if (name == "kind") return facts.kind;
    if (name == "summary") return text(schema, words.summary);
    if (name == "description") return text(schema, words.description);
    if (name == "returns") return text(schema, words.returns);
    if (name == "yields") return text(schema, words.yields);
    if (name == "parameters") return named(schema, words.parameters);
    if (name == "type_parameters") return named(schema, words.type_parameters);
    if (name == "raises") return named(schema, words.raises);
    if (name == "notes") return text(schema, wording_.note);
    return schema_value(root_, schema, name, nothing_);
  }

  // A string; null where there are no words and null may stand; {"description": words}; a list of
  // one.
  Json text(const Json& schema, const std::string& words) const {
    if (words.empty() && may_be_null(schema)) return nullptr;
    const std::string_view type = type_of(schema);
    if (type == "array") {
      Json list = Json::array();
      const Json* items = keyword(schema, "items");
      if (items != nullptr && !words.empty()) list.push_back(text(resolved(root_, *items), words));
      return list;
    }
    const TextFor same = [&](std::string_view property) {
      return is_one_of(property, {"", "description", "text", "when", "words"}) ? words
                                                                               : std::string();
    };
    return schema_value(root_, schema, {}, same);
  }

  // {"path": words, ...} where the schema names the names; else a list of {name or type,
  // description or when}.
  Json named(const Json& schema, const Named& entries) const {
    if (type_of(schema) == "array") {
      Json list = Json::array();
      if (const Json* items = keyword(schema, "items")) {
        for (const auto& [name, words] : entries)
          list.push_back(entry(resolved(root_, *items), name, words));
      }
      return list;
    }
    Json members = Json::object();
    if (const Json* properties = keyword(schema, "properties")) {
      for (const auto& [name, child] : properties->items()) {
        members[name] = text(resolved(root_, child), words_for(entries, name));
      }
    }
    return members;
  }

  Json entry(const Json& schema, const std::string& name, const std::string& words) const {
    const TextFor either = [&](std::string_view property) {
      return is_one_of(property, {"name", "type", "symbol"}) ? name : words;
    };
    Json result = schema_value(root_, schema, {}, either);
    // An enum of types: the walk takes the first one, the entry means its own.
    for (const std::string_view key : {"name", "type"}) {
      if (result.is_object() && result.contains(key)) result[key] = name;
    }
    return result;
  }

  static std::string words_for(const Named& entries, std::string_view name) {
    for (const auto& [known, words] : entries) {
      if (known == name) return words;
    }
    return "Described by the source alone.";
  }

  const Json& root_;
  const Wording& wording_;
  const TextFor nothing_ = [](std::string_view) { return std::string(); };
};

}  // namespace

Json answer_for(const Json& schema, const std::vector<Facts>& targets, const Wording& wording) {
  const Writer writer(schema, wording);
  const Json* properties = keyword(resolved(schema, schema), "properties");
  if (properties == nullptr) return Json::object();
  const Json* documents = keyword(*properties, "documents");
  if (documents == nullptr) {  // a schema of one document
    return targets.empty() ? Json::object() : writer.document(schema, targets.front());
  }
  Json answer = Json::object();
  for (const auto& [name, part] : properties->items()) {
    answer[name] =
        name == "documents"
            ? writer.documents(part, targets)
            : schema_value(schema, part, name, [](std::string_view) { return std::string(); });
  }
  return answer;
}

}  // namespace docwright::providers::offline
