#include "providers/offline/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "providers/offline/doc_lines.h"
#include "providers/offline/existing_doc.h"
#include "runtime/characters.h"
#include "runtime/text.h"

namespace docwright::providers::offline {
namespace {

constexpr std::size_t kSummaryBytesMax = 120;
constexpr std::size_t kDescriptionBytesMax = 1500;

// --- what may be taken over from the existing documentation ---

// Lower-case words of `text`; names are split where their parts meet ("readFile" and "read_file":
// read, file).
std::vector<std::string> lower_words(std::string_view text) {
  std::vector<std::string> words(1);
  char before = ' ';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool hump =
        std::isupper(byte) != 0 && std::islower(static_cast<unsigned char>(before)) != 0;
    if ((hump || std::isalnum(byte) == 0) && byte < 0x80 && !words.back().empty())
      words.emplace_back();
    if (std::isalnum(byte) != 0 || byte >= 0x80) {
      words.back() += static_cast<char>(std::tolower(byte));
    }
    before = c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// A sentence that only repeats the name says nothing.
bool informative(std::string_view sentence, const Facts& facts) {
  constexpr std::array<std::string_view, 22> kEmpty = {
      "a",        "an",     "the",   "this",   "that",    "of",    "to",  "for",
      "in",       "on",     "and",   "or",     "is",      "it",    "its", "with",
      "function", "method", "class", "return", "returns", "object"};
  std::set<std::string> known(kEmpty.begin(), kEmpty.end());
  known.merge([&] {
    std::string names = facts.name + " " + facts.symbol;
    for (const ParameterFacts& parameter : facts.parameters) names += " " + parameter.name;
    const auto words = lower_words(names);
    return std::set<std::string>(words.begin(), words.end());
  }());
  return std::ranges::any_of(lower_words(sentence), [&](const std::string& word) {
    return word.size() > 1 && !known.contains(word);
  });
}

// Documentation speaks of the code, not of its authors and not to its reader.
bool impersonal(std::string_view text) {
  constexpr std::array<std::string_view, 8> kPhrases = {
      "the provided code", "the given code", "the code you", "you provided",
      "feel free to",      "here is the",    "here are the", "certainly"};
  const std::string said = lower(squeezed(text));
  for (const std::string_view phrase : kPhrases) {
    if (said.contains(phrase)) return false;
  }
  constexpr std::array<std::string_view, 9> kPersons = {"i",  "we", "our", "ours", "us",
                                                        "my", "me", "let", "ll"};
  return std::ranges::none_of(lower_words(text), [&](const std::string& word) {
    return std::ranges::find(kPersons, word) != kPersons.end();
  });
}

// At most `bytes_max`, cut where a clause or at least a word ends; ends with a period.
std::string as_sentence(std::string text, std::size_t bytes_max) {
  while (text.ends_with(':') || text.ends_with(',') || text.ends_with(';') || text.ends_with(' '))
    text.pop_back();
  if (text.empty()) return text;
  if (text.size() + (text.ends_with('.') ? 0 : 1) > bytes_max) {
    std::string_view head = std::string_view(text).substr(0, bytes_max - 1);
    std::size_t end = head.find_last_of(",;(");
    if (end == head.npos || end < bytes_max / 3) end = head.rfind(' ');
    if (end == head.npos) end = 0;
    text.resize(end);
    while (!text.empty() && std::string_view(" ,;:(-").contains(text.back())) text.pop_back();
    if (text.empty()) return text;
  }
  if (std::string_view("!?").contains(text.back())) text.pop_back();
  if (!text.ends_with('.')) text += '.';
  return text;
}

std::string usable(const std::string& words) {
  return impersonal(words) ? as_sentence(to_valid_utf8(words), kDescriptionBytesMax)
                           : std::string();
}

// --- what the facts alone say ---

std::string_view noun(std::string_view kind) {
  struct Noun {
    std::string_view kind, noun;
  };
  constexpr std::array kNouns = {
      Noun{"module", "Source file"},
      Noun{"namespace", "Namespace"},
      Noun{"class", "Class"},
      Noun{"struct", "Structure"},
      Noun{"union", "Union"},
      Noun{"enum", "Enumeration"},
      Noun{"function", "Function"},
      Noun{"method", "Method"},
      Noun{"constructor", "Constructor"},
      Noun{"destructor", "Destructor"},
      Noun{"operator", "Operator"},
      Noun{"type_alias", "Alias of a type"},
      Noun{"macro", "Macro"},
      Noun{"concept", "Constraint on types"},
      Noun{"variable", "Variable"},
  };
  for (const Noun& entry : kNouns) {
    if (entry.kind == kind) return entry.noun;
  }
  return "Definition";
}

bool callable(std::string_view kind) {
  return kind == "function" || kind == "method" || kind == "constructor" || kind == "destructor" ||
         kind == "operator" || kind == "macro";
}

// "`a`", "`a` and `b`", "`a`, `b` and `c`", "5 parameters"
std::string names_of(const std::vector<ParameterFacts>& parameters) {
  if (parameters.size() > 3) return fmt::format("{} parameters", parameters.size());
  std::string text;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (i > 0) text += i + 1 == parameters.size() ? " and " : ", ";
    text += '`' + parameters[i].name + '`';
  }
  return text;
}

std::string result_of(const Facts& facts) {
  const bool typed = !facts.return_type.empty() && facts.return_type.size() <= 40;
  if (facts.yields)
    return typed ? fmt::format("yields values as `{}`", facts.return_type) : "yields values";
  if (!facts.returns_value) return {};
  return typed ? fmt::format("gives back `{}`", facts.return_type) : "gives back a value";
}

std::string plain_summary(const Facts& facts) {
  std::string text(noun(facts.kind));
  const std::size_t dot = facts.symbol.find_last_of(".:");
  if (facts.kind == "method" && dot != facts.symbol.npos && dot > 0) {
    const std::string owner = facts.symbol.substr(0, facts.symbol.find_last_not_of(".:", dot) + 1);
    if (owner.size() <= 40) text += fmt::format(" defined within `{}`", owner);
  }
  if (!callable(facts.kind)) {
    const bool short_enough = !facts.signature.empty() && facts.signature.size() <= 60;
    return text + (short_enough ? fmt::format(", declared as `{}`.", facts.signature)
                                : ", described by its source.");
  }
  if (!facts.parameters.empty()) {
    const std::string names = names_of(facts.parameters);
    text += names.size() <= 50 ? " taking " + names
                               : fmt::format(" taking {} parameters", facts.parameters.size());
  } else {
    text += " taking no arguments";
  }
  const std::string result = result_of(facts);
  return text + (result.empty() ? "." : ", which " + result + ".");
}

std::string plain_parameter(const ParameterFacts& parameter) {
  std::string text = "Value given by the caller";
  if (parameter.kind == "variadic") text = "Further arguments, as many as are given";
  if (parameter.kind == "keyword_variadic") text = "Further arguments, given by name";
  if (parameter.kind == "keyword") text = "Value that must be given by name";
  if (!parameter.type.empty()) text += fmt::format(", of type `{}`", parameter.type);
  if (!parameter.default_value.empty())
    text += fmt::format("; `{}` where it is left out", parameter.default_value);
  return text + ".";
}

std::string plain_result(std::string_view what, const std::string& type) {
  return type.empty() ? fmt::format("{}; its type is not annotated.", what)
                      : fmt::format("{} of type `{}`.", what, type);
}

// "ValueError" also finds "errors.ValueError" and "std::ValueError".
std::string words_for_type(const ExistingDoc& existing, std::string_view type) {
  const auto last = [](std::string_view name) { return name.substr(name.find_last_of(".:") + 1); };
  for (const auto& [name, words] : existing.raises) {
    if (last(name) == last(type)) return words;
  }
  return {};
}

Named parameter_words(const std::vector<ParameterFacts>& parameters, const ExistingDoc& existing) {
  Named result;
  for (const ParameterFacts& parameter : parameters) {
    const auto known = existing.parameters.find(parameter.name);
    std::string words = known == existing.parameters.end() ? std::string() : usable(known->second);
    if (words.empty()) words = plain_parameter(parameter);
    result.emplace_back(parameter.name, std::move(words));
  }
  return result;
}

}  // namespace

Words words_of(const Facts& facts) {
  const ExistingDoc existing = read_existing(facts.existing_doc);
  Words words;
  if (informative(existing.summary, facts) && impersonal(existing.summary)) {
    words.summary = as_sentence(to_valid_utf8(existing.summary), kSummaryBytesMax);
  }
  if (words.summary.empty()) words.summary = as_sentence(plain_summary(facts), kSummaryBytesMax);
  words.description = usable(existing.description);
  words.parameters = parameter_words(facts.parameters, existing);
  words.type_parameters = parameter_words(facts.type_parameters, existing);
  if (facts.returns_value && !facts.yields) {
    words.returns = usable(existing.returns);
    if (words.returns.empty()) words.returns = plain_result("A value", facts.return_type);
  }
  if (facts.yields) {
    words.yields = usable(existing.yields);
    if (words.yields.empty())
      words.yields = plain_result("Values, one at a time,", facts.return_type);
  }
  for (const std::string& type : facts.raises) {
    std::string when = usable(words_for_type(existing, type));
    if (when.empty()) when = fmt::format("Raised in the body of `{}`.", facts.name);
    words.raises.emplace_back(type, std::move(when));
  }
  return words;
}

}  // namespace docwright::providers::offline
