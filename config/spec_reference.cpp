// What people and editors read of a spec: JSON Schema, a Markdown table, lines for a terminal.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/spec.h"
#include "runtime/text.h"

namespace docwright::config {
namespace {

Json secret_schema() {
  return {{"type", "object"},
          {"properties",
           {{"env", {{"type", "string"}}},
            {"file", {{"type", "string"}}},
            {"credential", {{"type", "string"}}}}},
          {"additionalProperties", false},
          {"minProperties", 1},
          {"maxProperties", 1}};
}

// The schema of a value of this type, without its range.
Json value_schema(const SpecBase::Field& field) {
  const auto& info = field.info;
  switch (info.type) {
    case Type::boolean:
      return {{"type", "boolean"}};
    case Type::integer:
      return {{"type", "integer"}};
    case Type::number:
      return {{"type", "number"}};
    case Type::bytes:
      return {{"type", Json::array({"integer", "string"})}};
    case Type::text:
    case Type::prompt:
    case Type::url:
    case Type::duration:
    case Type::money:
      return {{"type", "string"}};
    case Type::word:
      return {{"enum", info.words}};
    case Type::texts:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case Type::texts_or_one:
      return {{"type", Json::array({"string", "array"})}, {"items", {{"type", "string"}}}};
    case Type::text_map:
      return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
    case Type::integer_map:
      return {{"type", "object"}, {"additionalProperties", {{"type", "integer"}}}};
    case Type::mapping:
      return {{"type", "object"}};
    case Type::raw:
      return Json::object();
    case Type::secret:
      return secret_schema();
    case Type::secrets:
      return {{"type", "array"}, {"items", secret_schema()}};
    case Type::group:
      return json_schema(*field.inner);
    case Type::table:
      return {{"type", "object"}, {"additionalProperties", json_schema(*field.inner)}};
    case Type::records:
      return {{"type", "array"}, {"items", json_schema(*field.inner)}};
  }
  return Json::object();
}

Json whole(double bound) {
  return bound == static_cast<double>(static_cast<std::int64_t>(bound))
             ? Json(static_cast<std::int64_t>(bound))
             : Json(bound);
}

void add_range(Json& schema, const OptionInfo& info) {
  auto set = [&](const char* least, const char* most) {
    if (info.least) schema[least] = whole(*info.least);
    if (info.most) schema[most] = whole(*info.most);
  };
  if (info.type == Type::integer || info.type == Type::number) set("minimum", "maximum");
  if (info.type == Type::texts || info.type == Type::texts_or_one) set("minItems", "maxItems");
}

// What the reference says of the value: its words, or its type with its range and unit.
std::string value_text(const OptionInfo& info) {
  if (info.type == Type::word) {
    return fmt::format("{}", fmt::join(info.words, " or "));
  }
  if (info.type == Type::duration) return "duration (30s)";
  if (info.type == Type::bytes) return "bytes (64KiB)";
  if (info.type == Type::money) return "money (0.50USD)";
  if (info.type == Type::prompt) return "template";
  if (info.type == Type::url) return "URL";
  std::string text(expected(info.type));
  if (text.starts_with("a ")) text.erase(0, 2);
  return text;
}

std::string range_text(const OptionInfo& info) {
  if (!info.least && !info.most) return info.unit;
  auto bound = [&](double value) {
    if (info.type == Type::duration) {
      return docwright::to_text(
          std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value)));
    }
    if (info.type == Type::bytes) return show_value(static_cast<std::int64_t>(value), info).dump();
    return whole(value).dump();
  };
  std::string text = bound(info.least.value_or(0));
  text = info.most ? text + " to " + bound(*info.most) : "at least " + text;
  std::erase(text, '"');
  std::string unit = info.unit;
  if (info.type == Type::text || info.type == Type::prompt) unit = "bytes";
  return unit.empty() ? text : text + " " + unit;
}

std::string default_text(const OptionInfo& info) {
  if (info.required) return "required";
  if (info.initial.is_string()) {
    const auto& text = info.initial.get_ref<const std::string&>();
    return text.empty() ? "none" : text;
  }
  if (info.initial.is_null() || info.initial.empty()) return "none";
  return info.initial.dump();
}

struct Line {
  std::string name, value, range, initial, sentence;
};

// Every option as one line; nested ones with dotted names, names of a table as NAME, of a list as
// [].
void collect(const SpecBase& spec, const std::string& prefix, std::vector<Line>& lines) {
  for (const auto& field : spec.fields()) {
    const auto& info = field.info;
    const std::string name = prefix + info.name;
    if (info.type == Type::group) {
      collect(*field.inner, name + ".", lines);
    } else if (field.inner) {
      collect(*field.inner, name + (info.type == Type::table ? ".NAME." : "[]."), lines);
    } else {
      lines.push_back(
          {name, value_text(info), range_text(info), default_text(info), info.sentence});
    }
  }
}

std::string cell(std::string text) {
  for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, 1, '\\');
  }
  return text;
}

// `text` in lines of at most `width`, each after the indent and the mark.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width,
                    const std::string& mark = {}) {
  std::string lines, line;
  while (!text.empty()) {
    const auto blank = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
      lines += fmt::format("{}{:{}}{}\n", mark, "", indent, line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  return lines + fmt::format("{}{:{}}{}\n", mark, "", indent, line);
}

// A value as YAML on one line.
std::string yaml_value(const Json& value) {
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  const bool plain =
      !text.empty() && text.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") ==
                           std::string::npos;
  return plain ? text : value.dump();
}

// Every option with its sentence and its default, each line after the `mark`.
void commented(const SpecBase& spec, const std::string& mark, std::string& text) {
  for (const auto& field : spec.fields()) {
    const auto& info = field.info;
    text += wrapped(info.sentence, 0, 96 - mark.size(), mark + "# ");
    if (info.type == Type::group) {
      text += mark + info.name + ":\n";
      commented(*field.inner, mark + "  ", text);
    } else {
      text += mark + info.name + ": " + yaml_value(info.initial) + "\n";
      // What an entry can have: a comment even where the option itself is taken in.
      if (field.inner) {
        text += mark + "#   " + (info.type == Type::table ? "NAME:" : "-") + "\n";
        commented(*field.inner, mark + "#     ", text);
      }
    }
    if (mark == "#") text += "\n";
  }
}

}  // namespace

Json json_schema(const SpecBase& spec) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const auto& field : spec.fields()) {
    Json schema = value_schema(field);
    add_range(schema, field.info);
    if (!field.info.sentence.empty()) schema["description"] = field.info.sentence;
    const auto& initial = field.info.initial;
    if (field.info.required) {
      required.push_back(field.info.name);
    } else if (!field.inner && !initial.is_null()) {
      schema["default"] = initial;
    }
    properties[field.info.name] = std::move(schema);
  }
  Json schema = {{"type", "object"}, {"description", spec.sentence()}, {"properties", properties}};
  if (!required.empty()) schema["required"] = required;
  schema["additionalProperties"] = false;
  return schema;
}

std::string markdown_reference(const SpecBase& spec) {
  std::vector<Line> lines;
  collect(spec, "", lines);
  std::string page = "| option | value | range | default | |\n|---|---|---|---|---|\n";
  for (const auto& line : lines) {
    page +=
        "| `" + line.name + "` | " + cell(line.value) + " | " + cell(line.range) + " | " +
        (line.initial == "none" || line.initial == "required" ? line.initial
                                                              : "`" + cell(line.initial) + "`") +
        " | " + cell(line.sentence) + " |\n";
  }
  return page;
}

std::string text_reference(const SpecBase& spec) {
  constexpr std::size_t kWidth = 100;
  std::vector<Line> lines;
  collect(spec, "", lines);
  std::string text;
  for (const auto& line : lines) {
    std::string facts = line.value;
    if (!line.range.empty()) facts += ", " + line.range;
    facts += line.initial == "required" ? "; required" : "; default " + line.initial;
    text += "  " + line.name + "\n" + wrapped(facts, 6, kWidth) + wrapped(line.sentence, 6, kWidth);
  }
  return text;
}

std::string commented_yaml(const SpecBase& spec) {
  std::string text;
  commented(spec, "#", text);
  return text;
}

}  // namespace docwright::config
