#include "providers/wire/schema.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "runtime/characters.h"

namespace docwright::providers::wire {
namespace {

using Keywords = std::span<const std::string_view>;

// Kept as they are. Members (properties, required, additionalProperties), $defs, items and anyOf
// are written anew for all.
constexpr std::array<std::string_view, 6> kOpenAi = {"type", "title", "description",
                                                     "enum", "const", "$ref"};
constexpr std::array<std::string_view, 6> kAnthropic = kOpenAi;
constexpr std::array<std::string_view, 10> kGemini = {
    "type",   "title",    "description", "enum",    "$ref",
    "format", "minItems", "maxItems",    "minimum", "maximum"};
// Say nothing about values.
constexpr std::array<std::string_view, 9> kAnnotations = {"$schema",    "$id",      "$anchor",
                                                          "$comment",   "default",  "examples",
                                                          "deprecated", "readOnly", "writeOnly"};

bool contains(Keywords keywords, std::string_view keyword) {
  return std::ranges::find(keywords, keyword) != keywords.end();
}

Keywords keywords_of(SchemaSubset subset) {
  switch (subset) {
    case SchemaSubset::openai:
      return kOpenAi;
    case SchemaSubset::anthropic:
      return kAnthropic;
    case SchemaSubset::gemini:
      break;
  }
  return kGemini;
}

// --- names ---

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kStemBytesMax = 56;  // leaves room for a number
constexpr std::string_view kStandsFor = "Stands for ";

bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

// Anthropic: ^[a-zA-Z0-9_.-]{1,64}$
bool acceptable(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax && std::ranges::all_of(name, plain);
}

// An underscore for each character that is refused.
std::string stem_of(std::string_view name) {
  std::string stem;
  for (const char c : name) {
    if (stem.size() == kStemBytesMax) break;
    if (!is_continuation(c)) stem += plain(c) ? c : '_';
  }
  return stem.empty() ? "_" : stem;
}

// In the order of the schema, those of all objects in it.
void collect_names(const Json& schema, std::vector<std::string>& names) {
  if (schema.is_array()) {
    for (const Json& item : schema) collect_names(item, names);
  }
  if (!schema.is_object()) return;
  for (const auto& [keyword, value] : schema.items()) {
    if (keyword == "enum" || keyword == "const") continue;
    if (keyword == "properties" && value.is_object()) {
      for (const auto& [name, member] : value.items()) {
        names.push_back(name);
        collect_names(member, names);
      }
    } else {
      collect_names(value, names);
    }
  }
}

// Own name -> sent name, of those that differ. A name has one replacement wherever it stands, and
// no replacement is another member's name: so an answer can be renamed without its schema's places.
using Names = std::map<std::string, std::string, std::less<>>;

Names replacements(const Json& schema, SchemaSubset subset) {
  Names result;
  if (subset != SchemaSubset::anthropic) return result;
  std::vector<std::string> names;
  collect_names(schema, names);
  std::set<std::string> taken;
  for (const std::string& name : names) {
    if (acceptable(name)) taken.insert(name);
  }
  for (const std::string& name : names) {
    if (acceptable(name) || result.contains(name)) continue;
    const std::string stem = stem_of(name);
    std::string sent = stem;
    for (int n = 2; !taken.insert(sent).second; ++n) sent = stem + "_" + std::to_string(n);
    result.emplace(name, std::move(sent));
  }
  return result;
}

std::string quoted(const std::string& name) {
  return dump_json(Json(name));
}

// Where the JSON string that begins at `begin` ends, behind its closing quote; npos where there is
// none on its line.
std::size_t string_end(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  }
  return text.npos;
}

// A member's name is a string with a colon behind it.
bool names_a_member(std::string_view text, std::size_t end) {
  const std::size_t next = text.find_first_not_of(" \t\r\n", end);
  return next != text.npos && text[next] == ':';
}

// `names` as they stand in JSON, with their quotes.
std::string renamed(std::string text, const Names& names) {
  if (names.empty()) return text;
  std::string result;
  result.reserve(text.size() + text.size() / 8);
  const std::string_view view = text;
  for (std::size_t at = 0; at < view.size();) {
    const std::size_t end = view[at] == '"' ? string_end(view, at) : view.npos;
    if (end == view.npos) {
      result += view[at++];
      continue;
    }
    const std::string_view string = view.substr(at, end - at);
    const auto found = names_a_member(view, end) ? names.find(string) : names.end();
    result += found == names.end() ? string : std::string_view(found->second);
    at = end;
  }
  return result;
}

// --- schemas ---

void describe(Json& schema, const std::string& words) {
  const auto known = schema.find("description");
  const bool has = known != schema.end() && known->is_string() && *known != "";
  schema["description"] = has ? words + " " + known->get<std::string>() : words;
}

class Adapter {
 public:
  Adapter(const Json& schema, SchemaSubset subset)
      : keywords_(keywords_of(subset)),
        names_(replacements(schema, subset)),
        gemini_(subset == SchemaSubset::gemini) {}

  Json adapted(const Json& schema) const {
    if (!schema.is_object()) return schema;
    Json result = Json::object();
    std::string words;
    for (const auto& [keyword, value] : schema.items()) {
      if (keyword == "properties") {
        add_members(result, value);
      } else if (keyword == "items") {
        result[keyword] = adapted(value);
      } else if (keyword == "$defs") {
        for (const auto& [name, defined] : value.items()) result[keyword][name] = adapted(defined);
      } else if (keyword == "anyOf" || keyword == "oneOf") {
        for (const Json& one : value) result["anyOf"].push_back(adapted(one));
      } else if (contains(keywords_, keyword) && (keyword != "enum" || takes_values(value))) {
        result[keyword] = value;
      } else if (keyword == "const" && takes_values(value)) {
        result["enum"] = Json::array({value});
      } else if (keyword != "required" && keyword != "additionalProperties" &&
                 !contains(kAnnotations, keyword)) {
        words += (words.empty() ? "Must hold: " : ", ") + keyword + " " + dump_json(value);
      }
    }
    if (!words.empty()) describe(result, words + ".");
    if (gemini_ && result.contains("$ref")) return {{"$ref", result["$ref"]}};
    return result;
  }

 private:
  // One value, or a list of them.
  bool takes_values(const Json& values) const {
    return !gemini_ || std::ranges::all_of(values, [](const Json& value) {
      return value.is_string() || value.is_number();
    });
  }

  void add_members(Json& result, const Json& members) const {
    Json properties = Json::object();
    Json required = Json::array();
    for (const auto& [name, member] : members.items()) {
      const auto replaced = names_.find(name);
      const std::string& sent = replaced == names_.end() ? name : replaced->second;
      properties[sent] = adapted(member);
      if (replaced != names_.end() && properties[sent].is_object()) {
        describe(properties[sent], std::string(kStandsFor) + quoted(name) + ".");
      }
      required.push_back(sent);
    }
    result["properties"] = std::move(properties);
    if (gemini_) result["propertyOrdering"] = required;
    result["required"] = std::move(required);
    result["additionalProperties"] = false;
  }

  const Keywords keywords_;
  const Names names_;
  const bool gemini_;  // members in their order, references alone, texts and numbers as values
};

// The name that a member's description says it stands for; else the one that it has.
std::string told_name(const std::string& name, const Json& member) {
  const auto found = member.is_object() ? member.find("description") : member.end();
  if (!member.is_object() || found == member.end() || !found->is_string()) return name;
  const auto& words = found->get_ref<const std::string&>();
  if (!words.starts_with(kStandsFor)) return name;
  const std::size_t end = string_end(words, kStandsFor.size());
  if (end == words.npos) return name;
  const Result<Json> told =
      parse_json(std::string_view(words).substr(kStandsFor.size(), end - kStandsFor.size()));
  return told && told->is_string() ? told->get<std::string>() : name;
}

}  // namespace

Json adapted_schema(const Json& schema, SchemaSubset subset) {
  return Adapter(schema, subset).adapted(schema);
}

std::string with_own_names(std::string text, const Json& schema, SchemaSubset subset) {
  Names names;
  for (const auto& [own, sent] : replacements(schema, subset)) {
    names.emplace(quoted(sent), quoted(own));
  }
  return renamed(std::move(text), names);
}

std::string with_sent_names(std::string text, const Json& schema, SchemaSubset subset) {
  Names names;
  for (const auto& [own, sent] : replacements(schema, subset)) {
    names.emplace(quoted(own), quoted(sent));
  }
  return renamed(std::move(text), names);
}

Json with_told_names(const Json& adapted) {
  if (!adapted.is_object() && !adapted.is_array()) return adapted;
  Json result = adapted;
  for (auto& [keyword, value] : result.items()) {
    if (keyword != "properties" || !value.is_object()) {
      value = with_told_names(value);
      continue;
    }
    Json members = Json::object();
    for (const auto& [name, member] : value.items()) {
      members[told_name(name, member)] = with_told_names(member);
    }
    value = std::move(members);
  }
  return result;
}

}  // namespace docwright::providers::wire
