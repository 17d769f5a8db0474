#include "client/markdown.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "runtime/text.h"
#include "tokens/money.h"

namespace docwright::client {
namespace {

const Json& at(const Json& object, const char* key) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}
std::string text_at(const Json& object, const char* key) {
  return text_of(at(object, key));
}

bool truth_at(const Json& object, const char* key) {
  const Json& value = at(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::size_t longest_run_of_backticks(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '\r', ' ');
  return line;
}

// A code span: any text, on one line.
std::string code(std::string_view text) {
  const std::string ticks(longest_run_of_backticks(text) + 1, '`');
  const bool padded = text.starts_with('`') || text.ends_with('`');
  const std::string_view pad = padded ? " " : "";
  return fmt::format("{0}{1}{2}{1}{0}", ticks, pad, one_line(text));
}

std::string fenced(std::string_view language, std::string_view text) {
  const std::string fence(std::max<std::size_t>(3, longest_run_of_backticks(text) + 1), '`');
  return fmt::format("{}{}\n{}\n{}\n", fence, language, text, fence);
}

// One line of prose: '<' outside of code spans is text, not HTML, and nothing at its start makes a
// heading, a rule or a quote.
std::string prose_line(std::string_view line) {
  std::string result;
  const auto begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = line.substr(begin);
  const bool rule = rest.find_first_not_of("-=_* ") == std::string_view::npos && rest.size() >= 2;
  if (rest.front() == '#' || rest.front() == '>' || rest.front() == '=' || rule) result = '\\';
  bool in_code = false;
  for (const char c : line.substr(begin)) {
    if (c == '`') in_code = !in_code;
    if (c == '<' && !in_code) result += '\\';
    result += c;
  }
  return std::string(begin, ' ') + result;
}

// What a model wrote: its Markdown stays, but it cannot leave its place. An open fence is closed.
std::string prose(std::string_view text) {
  std::string result;
  bool in_fence = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const auto begin = line.find_first_not_of(' ');
    const bool fence = begin != std::string_view::npos && line.substr(begin).starts_with("```");
    result += in_fence || fence ? std::string(line) : prose_line(line);
    result += '\n';
    if (fence) in_fence = !in_fence;
  }
  if (in_fence) result += "```\n";
  while (result.ends_with("\n\n")) result.pop_back();
  return result;
}

std::string prose_on_one_line(std::string_view text) {
  std::string line = prose_line(one_line(text));
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string code_cell(std::string_view text) {
  return text.empty() ? "" : cell(code(text));
}

// The description of a parameter, in an object of them or in a list of {name, description}.
std::string described(const Json& descriptions, const std::string& name) {
  if (descriptions.is_object()) {
    const Json& entry = at(descriptions, name.c_str());
    return entry.is_string() ? text_of(entry) : text_at(entry, "description");
  }
  for (const Json& entry : descriptions) {
    if (text_at(entry, "name") == name) return text_at(entry, "description");
  }
  return {};
}

// Facts first, in their order; then what only the document names (a flagged document may).
std::vector<Json> named_entries(const Json& facts, const Json& descriptions) {
  std::vector<Json> entries;
  for (const Json& fact : facts) {
    if (fact.is_object()) entries.push_back(fact);
  }
  const auto add = [&entries](const std::string& name) {
    const bool known = std::ranges::any_of(
        entries, [&name](const Json& entry) { return text_at(entry, "name") == name; });
    if (!known && !name.empty()) entries.push_back(Json{{"name", name}});
  };
  if (descriptions.is_object()) {
    for (const auto& [name, entry] : descriptions.items()) add(name);
  } else {
    for (const Json& entry : descriptions) add(text_at(entry, "name"));
  }
  return entries;
}

std::string parameter_table(std::string_view title, const Json& facts, const Json& descriptions) {
  const std::vector<Json> entries = named_entries(facts, descriptions);
  if (entries.empty()) return {};
  const auto has = [&entries](const char* key) {
    return std::ranges::any_of(entries,
                               [key](const Json& entry) { return !text_at(entry, key).empty(); });
  };
  const bool types = has("type"), defaults = has("default");
  std::string table = fmt::format("**{}**\n\n| name |{}{} description |\n|---|{}{}---|\n", title,
                                  types ? " type |" : "", defaults ? " default |" : "",
                                  types ? "---|" : "", defaults ? "---|" : "");
  for (const Json& entry : entries) {
    const std::string name = text_at(entry, "name");
    table += fmt::format("| {} |", code_cell(name));
    if (types) table += fmt::format(" {} |", code_cell(text_at(entry, "type")));
    if (defaults) table += fmt::format(" {} |", code_cell(text_at(entry, "default")));
    table += fmt::format(" {} |\n", cell(prose_on_one_line(described(descriptions, name))));
  }
  return table + "\n";
}

std::string value_section(std::string_view title, const Json& value, const std::string& type) {
  const std::string text = value.is_string() ? text_of(value) : text_at(value, "description");
  if (text.empty()) return {};
  const std::string typed = type.empty() ? "" : fmt::format(" ({})", code(type));
  return fmt::format("**{}**{}: {}\n\n", title, typed, prose_on_one_line(text));
}

std::string raises_section(const Json& raises) {
  std::string lines;
  for (const Json& one : raises) {
    const std::string when =
        text_at(one, "when").empty() ? text_at(one, "description") : text_at(one, "when");
    lines += fmt::format("- {}: {}\n", code(text_at(one, "type")), prose_on_one_line(when));
  }
  return lines.empty() ? "" : fmt::format("**Raises**\n\n{}\n", lines);
}

std::string list_section(std::string_view title, const Json& texts) {
  std::string lines;
  for (const Json& one : texts) {
    if (one.is_string()) lines += fmt::format("- {}\n", prose_on_one_line(text_of(one)));
  }
  return lines.empty() ? "" : fmt::format("**{}**\n\n{}\n", title, lines);
}

// Findings that were corrected on the way are no news for a reader.
std::string flagged_section(const Json& checks) {
  if (text_at(checks, "status") != "flagged") return {};
  std::string lines;
  for (const Json& finding : at(checks, "findings")) {
    if (truth_at(finding, "fixed")) continue;
    lines +=
        fmt::format("> - {} ({}): {}\n", code(text_at(finding, "rule")),
                    text_at(finding, "severity"), prose_on_one_line(text_at(finding, "message")));
  }
  return fmt::format(
      "> **Flagged**: this text contradicts the code or a rule; read it with care.\n{}{}\n",
      lines.empty() ? "" : ">\n", lines);
}

// What was paid is paid for a call, which several definitions may share.
std::string cost_text(const Json& provenance) {
  const Json& cost = at(provenance, "cost_nusd");
  if (!cost.is_number_integer()) return {};
  if (truth_at(provenance, "cached")) return "paid by an earlier call";
  const Json& targets = at(provenance, "targets");
  const std::int64_t shared = targets.is_number_integer() ? targets.get<std::int64_t>() : 1;
  const std::string money = money_text(cost.get<std::int64_t>());
  return shared > 1 ? fmt::format("{} for {} definitions", money, shared) : money;
}

std::string provenance_line(const Json& provenance) {
  const bool from_facts = text_at(provenance, "written_by") == "facts";
  std::vector<std::string> parts;
  const auto add = [&parts](std::string part) {
    if (!part.empty()) parts.push_back(std::move(part));
  };
  const std::string model = text_at(provenance, "model");
  add(from_facts      ? "written offline from the code's facts alone, no model was asked"
      : model.empty() ? ""
                      : fmt::format("model {}", model));
  const std::string pipeline = text_at(provenance, "pipeline");
  add(pipeline.empty() ? "" : fmt::format("pipeline {}", pipeline));
  add(truth_at(provenance, "corrected") ? "corrected once" : "");
  add(from_facts ? "" : cost_text(provenance));
  add(text_at(provenance, "created"));
  if (parts.empty()) return {};
  return fmt::format("<sub>{}</sub>\n", one_line(fmt::format("{}", fmt::join(parts, " · "))));
}

std::string title_of(const Json& subject) {
  for (const char* key : {"symbol", "name", "path"}) {
    if (const std::string title = text_at(subject, key); !title.empty()) return title;
  }
  return "?";
}

std::string nonempty_prose(const std::string& text) {
  return text.empty() ? "" : prose(text) + "\n";
}

}  // namespace

std::string markdown(const Json& record, int heading_level) {
  const Json& subject = at(record, "subject");
  const Json& doc = at(record, "doc");
  const std::string language = text_at(subject, "language");
  const std::string signature = text_at(subject, "signature");
  const std::string kind = text_at(subject, "kind");

  std::string text = fmt::format(
      "{} {}{}\n\n", std::string(static_cast<std::size_t>(std::clamp(heading_level, 1, 6)), '#'),
      kind.empty() ? "" : kind + " ", code(title_of(subject)));
  if (!signature.empty()) text += fenced(language, signature) + "\n";
  text += flagged_section(at(record, "checks"));
  text += nonempty_prose(text_at(doc, "summary"));
  text += nonempty_prose(text_at(doc, "description"));
  text += parameter_table("Type parameters", at(subject, "type_parameters"),
                          at(doc, "type_parameters"));
  text += parameter_table("Parameters", at(subject, "parameters"), at(doc, "parameters"));
  text += parameter_table("Attributes", Json(), at(doc, "attributes"));
  text += value_section("Returns", at(doc, "returns"), text_at(subject, "return_type"));
  text += value_section("Yields", at(doc, "yields"), "");
  text += raises_section(at(doc, "raises"));
  text += list_section("Notes", at(doc, "notes"));
  text += list_section("What the code does not say", at(doc, "unknowns"));
  return text + provenance_line(at(record, "provenance"));
}

std::string markdown_page(std::string_view path, std::span<const Json> records) {
  std::string page = fmt::format("# {}\n", code(path));
  for (const Json& record : records) page += "\n" + markdown(record, 2);
  return page;
}

}  // namespace docwright::client
