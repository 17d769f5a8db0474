// Outlines as lines of text, for comparing and for reading.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "outline/outline.h"

namespace docwright::outline {

inline std::string parameters_text(const std::vector<Parameter>& parameters) {
  std::vector<std::string> texts;
  for (const Parameter& parameter : parameters) {
    std::string text = parameter.name;
    if (!parameter.type.empty()) text += ": " + parameter.type;
    if (!parameter.default_value.empty()) text += " = " + parameter.default_value;
    if (parameter.kind != "positional_or_keyword" && parameter.kind != "positional")
      text += " [" + parameter.kind + "]";
    texts.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

// "3-7 method Reader.next(n: int = 1) -> int returns raises(EOFError) flags(async) private doc";
// lines are of the extent.
inline std::string describe(const Definition& d, std::string_view source) {
  const auto line = [&](std::uint32_t byte) {
    return 1 + std::count(source.begin(), source.begin() + byte, '\n');
  };
  std::string text = fmt::format("{}-{} {} {}", line(d.extent.begin), line(d.extent.end - 1),
                                 name(d.kind), d.symbol);
  if (!d.type_parameters.empty()) text += fmt::format("<{}>", parameters_text(d.type_parameters));
  if (!d.parameters.empty()) text += fmt::format("({})", parameters_text(d.parameters));
  if (d.return_type) text += " -> " + *d.return_type;
  if (d.returns_value) text += " returns";
  if (d.yields) text += " yields";
  if (!d.raises.empty()) text += fmt::format(" raises({})", fmt::join(d.raises, ", "));
  if (!d.flags.empty()) text += fmt::format(" flags({})", fmt::join(d.flags, ", "));
  if (d.visibility != "public") text += " " + d.visibility;
  if (d.doc_range) text += " doc";
  return text;
}

inline std::vector<std::string> describe(const Outline& outline, std::string_view source) {
  std::vector<std::string> lines;
  for (const Definition& definition : outline.definitions)
    lines.push_back(describe(definition, source));
  return lines;
}

inline std::vector<std::string> described(Language language, std::string_view source) {
  return describe(outline_source(language, source), source);
}

// A table row: what a piece of source must give.
struct Case {
  const char* what;
  const char* source;
  std::vector<std::string> definitions;
};

inline void PrintTo(const Case& one, std::ostream* out) {
  *out << one.what;
}

}  // namespace docwright::outline
