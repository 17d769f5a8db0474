#include "pipeline/parse/draft.h"

#include <algorithm>

namespace docwright::pipeline {
namespace {

const Json* member(const Json& json, std::string_view name) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(name);
  return found == json.end() ? nullptr : &*found;
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

// A text, wherever it stands: "...", {"description": "..."}, ["...", "..."].
std::string text_of(const Json& json) {
  if (json.is_string()) return trimmed(json.get_ref<const std::string&>());
  if (json.is_object()) {
    for (const std::string_view name : {"description", "text", "when", "summary", "meaning"}) {
      if (const Json* inner = member(json, name); inner != nullptr && inner->is_string())
        return text_of(*inner);
    }
  }
  if (json.is_array()) {
    std::string lines;
    for (const Json& item : json) {
      if (!item.is_string()) continue;
      if (!lines.empty()) lines += '\n';
      lines += text_of(item);
    }
    return lines;
  }
  return {};
}

std::string text_at(const Json& json, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const Json* found = member(json, name)) return text_of(*found);
  }
  return {};
}

// [{"name": ..., "description": ...}] or {NAME: text}.
template <class Entry>
std::vector<Entry> entries(const Json* json, std::initializer_list<std::string_view> name_keys,
                           std::initializer_list<std::string_view> text_keys) {
  std::vector<Entry> result;
  if (json == nullptr) return result;
  if (json->is_object()) {
    for (const auto& [name, value] : json->items())
      result.push_back({trimmed(name), text_of(value)});
  } else if (json->is_array()) {
    for (const Json& item : *json) {
      if (item.is_string()) {
        result.push_back({text_of(item), {}});
      } else if (item.is_object()) {
        result.push_back({text_at(item, name_keys), text_at(item, text_keys)});
      }
    }
  }
  return result;
}

Draft read_draft(const Json& json) {
  if (json.is_string()) return {.summary = text_of(json)};
  Draft draft;
  draft.summary = text_at(json, {"summary"});
  draft.description = text_at(json, {"description", "details"});
  draft.parameters = entries<Draft::Named>(member(json, "parameters"), {"name", "parameter"},
                                           {"description", "text"});
  draft.returns = text_at(json, {"returns"});
  draft.yields = text_at(json, {"yields"});
  draft.raises = entries<Draft::Raise>(member(json, "raises"), {"type", "name", "exception"},
                                       {"when", "description"});
  return draft;
}

// Symbols as models like to write them: `Reader.next()`.
std::string_view bare(std::string_view symbol) {
  while (symbol.starts_with('`')) symbol.remove_prefix(1);
  while (symbol.ends_with('`')) symbol.remove_suffix(1);
  if (symbol.ends_with("()")) symbol.remove_suffix(2);
  return symbol;
}

class Reader final {
 public:
  explicit Reader(std::span<const outline::Definition> targets) : targets_(targets) {}

  Drafts read(const Json& answer) {
    const Json* documents = member(answer, "documents");
    if (documents == nullptr) {
      // A document by itself, where there is one target only.
      if (targets_.size() == 1 && member(answer, "summary") != nullptr)
        add(targets_.front().symbol, answer);
    } else if (documents->is_object()) {
      for (const auto& [symbol, document] : documents->items()) add(symbol, document);
    } else if (documents->is_array()) {
      for (const Json& document : *documents) {
        std::string symbol = text_at(document, {"symbol", "name", "target"});
        if (symbol.empty() && documents->size() == 1 && targets_.size() == 1)
          symbol = targets_.front().symbol;
        add(symbol, document);
      }
    }
    return std::move(drafts_);
  }

 private:
  void add(std::string_view symbol, const Json& document) {
    const outline::Definition* target = find(symbol);
    if (target == nullptr) {
      if (!symbol.empty()) drafts_.strangers.emplace_back(symbol.substr(0, 128));
      return;
    }
    // Of two documents of one target the first stands.
    drafts_.by_symbol.try_emplace(target->symbol, read_draft(document));
  }

  const outline::Definition* find(std::string_view symbol) const {
    const auto found = std::ranges::find(targets_, symbol, &outline::Definition::symbol);
    if (found != targets_.end()) return &*found;
    const auto loose = std::ranges::find(targets_, bare(symbol), &outline::Definition::symbol);
    if (loose != targets_.end()) return &*loose;
    // The last part alone, where it can mean one target only.
    const auto named = [&](const outline::Definition& target) {
      return target.name == bare(symbol);
    };
    const auto first = std::ranges::find_if(targets_, named);
    if (first == targets_.end() || std::find_if(first + 1, targets_.end(), named) != targets_.end())
      return nullptr;
    return &*first;
  }

  std::span<const outline::Definition> targets_;
  Drafts drafts_;
};

}  // namespace

Drafts read_drafts(const Json& answer, std::span<const outline::Definition> targets) {
  return Reader(targets).read(answer);
}

Json to_json(const Draft& draft) {
  Json doc = Json::object();
  doc["summary"] = draft.summary;
  if (!draft.description.empty()) doc["description"] = draft.description;
  if (!draft.parameters.empty()) {
    Json& parameters = doc["parameters"] = Json::object();
    for (const Draft::Named& parameter : draft.parameters) {
      parameters[parameter.name] = {{"description", parameter.description}};
    }
  }
  if (!draft.returns.empty()) doc["returns"] = {{"description", draft.returns}};
  if (!draft.yields.empty()) doc["yields"] = {{"description", draft.yields}};
  if (!draft.raises.empty()) {
    Json& raises = doc["raises"] = Json::array();
    for (const Draft::Raise& raise : draft.raises)
      raises.push_back({{"type", raise.type}, {"when", raise.when}});
  }
  return doc;
}

}  // namespace docwright::pipeline
