#include "providers/simulator/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "providers/offline/document.h"
#include "providers/schema_value.h"
#include "providers/wire/schema_words.h"

namespace docwright::providers::simulator {
namespace {

constexpr std::string_view kFactsMark = "{\"targets\":";
constexpr std::string_view kNote = "Written by the simulator: no model has read the code.";

// One past the end of the JSON object that begins at `begin`, or npos.
std::size_t object_end(std::string_view text, std::size_t begin) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) return at + 1;
  }
  return text.npos;
}

std::vector<offline::Facts> facts_in(const Asked& asked) {
  for (const Message& message : asked.messages) {
    const std::string_view text = message.text;
    for (std::size_t at = text.find(kFactsMark); at != text.npos;
         at = text.find(kFactsMark, at + 1)) {
      const std::size_t end = object_end(text, at);
      if (end == text.npos) break;
      const Result<Json> json = parse_json(text.substr(at, end - at));
      if (json) return offline::facts_of(*json);
    }
  }
  return {};
}

std::string_view pick(std::uint64_t number, std::span<const std::string_view> words) {
  return words[number % words.size()];
}

// FNV-1a: words that differ from target to target, and are the same on every machine.
std::uint64_t mixed(std::uint64_t seed, std::string_view text) {
  std::uint64_t hash = seed ^ 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

// So many bytes of sentences that mean nothing, or a little less.
std::string filler(std::size_t bytes) {
  std::string text;
  for (int number = 1;; ++number) {
    const std::string sentence = fmt::format(
        " Sentence {} of this rehearsal adds to its length and to nothing else at all.", number);
    if (text.size() + sentence.size() > bytes) return text;
    text += sentence;
  }
}

offline::Words simulated_words(const offline::Facts& facts, std::uint64_t seed,
                               std::size_t filler_bytes) {
  constexpr std::array<std::string_view, 6> kVerbs = {"Prepares", "Collects", "Computes",
                                                      "Checks",   "Arranges", "Carries out"};
  constexpr std::array<std::string_view, 5> kThings = {"intermediate figures", "pending entries",
                                                       "rehearsed input", "sample records",
                                                       "practice material"};
  const std::uint64_t hash = mixed(seed, facts.symbol);
  offline::Words words;
  words.summary = fmt::format("{} {} for a rehearsal, variant {}.", pick(hash, kVerbs),
                              pick(hash >> 8, kThings), hash >> 16 & 0xfff);
  words.description =
      std::string(
          "The words are invented; names, parameters and results follow the facts in the prompt.") +
      filler(filler_bytes);
  for (const offline::ParameterFacts& parameter : facts.parameters) {
    words.parameters.emplace_back(parameter.name,
                                  fmt::format("Rehearsed meaning of `{}`.", parameter.name));
  }
  for (const offline::ParameterFacts& parameter : facts.type_parameters) {
    words.type_parameters.emplace_back(parameter.name,
                                       fmt::format("Rehearsed meaning of `{}`.", parameter.name));
  }
  if (facts.returns_value) words.returns = "The rehearsed result.";
  if (facts.yields) words.yields = "Rehearsed values, one at a time.";
  for (const std::string& type : facts.raises)
    words.raises.emplace_back(type, "When the rehearsal calls for it.");
  return words;
}

// Renames what a "parameters" member documents, in an object by its keys, in a list by each entry's
// name.
void rename_parameters(Json& json) {
  if (json.is_array()) {
    for (Json& item : json) rename_parameters(item);
    return;
  }
  if (!json.is_object()) return;
  for (auto& [key, value] : json.items()) {
    if (key != "parameters") {
      rename_parameters(value);
    } else if (value.is_object()) {
      Json renamed = Json::object();
      for (const auto& [name, words] : value.items()) renamed[name + "_renamed"] = words;
      value = std::move(renamed);
    } else if (value.is_array()) {
      for (Json& entry : value) {
        if (entry.is_object() && entry.contains("name") && entry["name"].is_string()) {
          entry["name"] = entry["name"].get<std::string>() + "_renamed";
        }
      }
    }
  }
}

// As a model reads it: enforced, or in words.
Json schema_of(const Asked& asked) {
  if (asked.schema.is_object()) return asked.schema;
  for (const Message& message : asked.messages) {
    Json told = wire::schema_out_of_words(message.text);
    if (told.is_object()) return told;
  }
  return nullptr;
}

}  // namespace

std::string written(const Asked& asked, std::uint64_t seed, std::size_t bytes_wanted) {
  const auto missing_from = [&](std::string_view text) {
    return bytes_wanted - std::min(bytes_wanted, text.size());
  };
  const Json schema = schema_of(asked);
  if (!schema.is_object()) {
    const std::string text = "A rehearsal without a schema: nothing to fill in.";
    return text + filler(missing_from(text));
  }
  const auto properties = schema.find("properties");
  if (properties != schema.end() && properties->contains("documents")) {
    const std::vector<offline::Facts> facts = facts_in(asked);
    const auto document = [&](std::size_t filler_bytes) {
      const offline::Wording wording{
          [&](const offline::Facts& of) { return simulated_words(of, seed, filler_bytes); },
          std::string(kNote)};
      return dump_json(offline::answer_for(schema, facts, wording));
    };
    const std::string shortest = document(0);
    const std::size_t missing = facts.empty() ? 0 : missing_from(shortest) / facts.size();
    return missing == 0 ? shortest : document(missing);
  }
  const TextFor text = [](std::string_view property) {
    return fmt::format("Rehearsed words for {}.", property.empty() ? "the answer" : property);
  };
  return dump_json(schema_value(schema, text));
}

std::string with_wrong_names(const std::string& document) {
  Result<Json> json = parse_json(document);
  if (!json) return document;
  rename_parameters(*json);
  return dump_json(*json);
}

}  // namespace docwright::providers::simulator
