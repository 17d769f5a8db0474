#include "config/spec_types.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "runtime/text.h"

namespace docwright::config {
namespace {

std::string quoted(const std::string& path) {
  return "'" + path + "'";
}

void mismatch(const Node& node, const OptionInfo& info, const std::string& path, Reading& reading) {
  reading.fail(node.mark, quoted(path) + ": expected " + std::string(expected(info.type)) +
                              ", got " + described(node));
}

// A number as a person writes it: 3000, not 3000.000000.
std::string plain(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::string bound_text(double bound, const OptionInfo& info) {
  if (info.type != Type::duration) return plain(bound);
  return docwright::to_text(
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(bound)));
}

// True when `measure` (the value, or its length, or its seconds) is within the option's range.
bool in_range(double measure, const std::string& got, std::string_view what, const Node& node,
              const OptionInfo& info, const std::string& path, Reading& reading) {
  if ((!info.least || measure >= *info.least) && (!info.most || measure <= *info.most)) return true;
  std::string range =
      info.most ? bound_text(info.least.value_or(0), info) + " to " + bound_text(*info.most, info)
                : "at least " + bound_text(*info.least, info);
  std::string unit = what.empty() ? info.unit : std::string(what);
  if (!unit.empty()) range += " " + unit;
  reading.fail(node.mark, quoted(path) + ": expected " + range + ", got " + got);
  return false;
}

bool plain_scalar(const Node& node) {
  return node.kind == Node::Kind::scalar && !node.quoted;
}

// Whole numbers; 1_000_000 and 1'000'000 are not YAML. Bytes may carry a unit.
std::optional<std::int64_t> integer_of(const Node& node, const OptionInfo& info) {
  if (node.kind != Node::Kind::scalar) return std::nullopt;
  if (info.type == Type::bytes) {
    auto bytes = parse_bytes(node.text);
    if (!bytes || *bytes > std::size_t{std::numeric_limits<std::int64_t>::max()})
      return std::nullopt;
    return static_cast<std::int64_t>(*bytes);
  }
  if (node.quoted) return std::nullopt;
  std::int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

template <class Integer>
void read_integer(const Node& node, Integer& value, const OptionInfo& info, const std::string& path,
                  Reading& reading) {
  auto read = integer_of(node, info);
  if (!read) return mismatch(node, info, path, reading);
  if (!in_range(static_cast<double>(*read), node.text, info.type == Type::bytes ? "bytes" : "",
                node, info, path, reading)) {
    return;
  }
  if (!std::in_range<Integer>(*read)) {
    reading.fail(node.mark, quoted(path) + ": " + node.text + " is out of range");
    return;
  }
  value = static_cast<Integer>(*read);
}

// "2USD", "0.50USD", "$2": digits, at most nine decimals. The sum itself is tokens/money.h's
// business.
bool is_money(std::string_view text) {
  if (text.starts_with('$')) {
    text.remove_prefix(1);
  } else if (text.ends_with("USD")) {
    text.remove_suffix(3);
    while (text.ends_with(' ')) text.remove_suffix(1);
  } else {
    return false;
  }
  auto point = std::min(text.find('.'), text.size());
  auto whole = text.substr(0, point);
  auto decimals = point < text.size() ? text.substr(point + 1) : std::string_view("0");
  auto digits = [](std::string_view part) {
    return !part.empty() && part.size() <= 9 &&
           std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  return digits(whole) && digits(decimals);
}

bool is_url(std::string_view text) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme) && text.size() > scheme.size() &&
        text.find_first_of(" \t\r\n\"<>") == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// A password in a URL is a secret: http://user:***@host.
std::string without_password(const std::string& url) {
  auto start = url.find("://");
  if (start == std::string::npos) return url;
  start += 3;
  auto at = url.substr(0, url.find('/', start)).rfind('@');
  if (at == std::string::npos || at < start) return url;
  auto colon = url.find(':', start);
  if (colon == std::string::npos || colon > at) return url;
  return url.substr(0, colon + 1) + "***" + url.substr(at);
}

}  // namespace

Error combined(const Errors& errors) {
  Error all = errors.front();
  if (errors.size() == 1) return all;
  all.message.clear();
  for (const auto& error : errors) {
    if (!all.message.empty()) all.message += "\n";
    if (!error.at.empty()) all.message += error.at + ": ";
    all.message += error.message;
  }
  return all;
}

void Reading::fail(const Mark& mark, std::string message) {
  errors.push_back(Error{Code::configuration, std::move(message), to_text(mark)});
}

std::string_view expected(Type type) {
  switch (type) {
    case Type::boolean:
      return "true or false";
    case Type::integer:
      return "a whole number";
    case Type::number:
      return "a number";
    case Type::text:
      return "a text";
    case Type::prompt:
      return "a template (a text)";
    case Type::url:
      return "a URL that begins with http:// or https://";
    case Type::word:
      return "a word";
    case Type::duration:
      return "a duration such as 150ms, 30s, 5m, 2h or 7d";
    case Type::bytes:
      return "a number of bytes such as 65536, 64KiB or 16MiB";
    case Type::money:
      return "an amount such as 0.50USD or $2";
    case Type::texts:
      return "a list of texts";
    case Type::text_map:
      return "a mapping of names to texts";
    case Type::integer_map:
      return "a mapping of names to whole numbers";
    case Type::mapping:
    case Type::table:
      return "a mapping";
    case Type::raw:
      return "a value";
    case Type::secret:
      return "{env: NAME}, {file: PATH} or {credential: NAME}";
    case Type::group:
      return "a mapping of options";
    case Type::records:
      return "a list of mappings";
  }
  return "a value";
}

void read_value(const Node& node, bool& value, const OptionInfo& info, const std::string& path,
                Reading& reading) {
  if (!plain_scalar(node) || (node.text != "true" && node.text != "false")) {
    return mismatch(node, info, path, reading);
  }
  value = node.text == "true";
}

void read_value(const Node& node, int& value, const OptionInfo& info, const std::string& path,
                Reading& reading) {
  read_integer(node, value, info, path, reading);
}

void read_value(const Node& node, std::int64_t& value, const OptionInfo& info,
                const std::string& path, Reading& reading) {
  read_integer(node, value, info, path, reading);
}

void read_value(const Node& node, std::size_t& value, const OptionInfo& info,
                const std::string& path, Reading& reading) {
  read_integer(node, value, info, path, reading);
}

void read_value(const Node& node, double& value, const OptionInfo& info, const std::string& path,
                Reading& reading) {
  Json json = plain_scalar(node) ? to_json(node) : Json();
  if (!json.is_number()) return mismatch(node, info, path, reading);
  auto read = json.get<double>();
  if (in_range(read, node.text, "", node, info, path, reading)) value = read;
}

void read_value(const Node& node, std::string& value, const OptionInfo& info,
                const std::string& path, Reading& reading) {
  const bool fits = node.kind == Node::Kind::scalar &&
                    (info.type != Type::money || is_money(node.text)) &&
                    (info.type != Type::url || node.text.empty() || is_url(node.text));
  if (!fits) return mismatch(node, info, path, reading);
  const auto bytes = node.text.size();
  if (in_range(static_cast<double>(bytes), std::to_string(bytes), "bytes", node, info, path,
               reading)) {
    value = node.text;
  }
}

void read_value(const Node& node, Duration& value, const OptionInfo& info, const std::string& path,
                Reading& reading) {
  auto read = node.kind == Node::Kind::scalar ? parse_duration(node.text)
                                              : Result<Duration>(fail(Code::configuration, ""));
  if (!read) return mismatch(node, info, path, reading);
  if (in_range(std::chrono::duration<double>(*read).count(), node.text, "", node, info, path,
               reading)) {
    value = *read;
  }
}

void read_value(const Node& node, std::vector<std::string>& value, const OptionInfo& info,
                const std::string& path, Reading& reading) {
  if (!is_list(node, info, path, reading)) return;
  std::vector<std::string> read;
  for (const auto& item : node.items) {
    if (item.kind != Node::Kind::scalar) {
      reading.fail(item.mark, quoted(path + "[" + std::to_string(read.size()) + "]") +
                                  ": expected a text, got " + described(item));
      return;
    }
    read.push_back(item.text);
  }
  if (in_range(static_cast<double>(read.size()), std::to_string(read.size()), "items", node, info,
               path, reading)) {
    value = std::move(read);
  }
}

void read_value(const Node& node, std::map<std::string, std::string>& value, const OptionInfo& info,
                const std::string& path, Reading& reading) {
  if (!is_map(node, info, path, reading)) return;
  const OptionInfo text{.name = info.name, .type = Type::text};
  for (const auto& entry : node.entries) {
    reading.origins[path + "." + entry.key] = entry.mark;
    read_value(entry.value, value[entry.key], text, path + "." + entry.key, reading);
  }
}

void read_value(const Node& node, std::map<std::string, std::int64_t>& value,
                const OptionInfo& info, const std::string& path, Reading& reading) {
  if (!is_map(node, info, path, reading)) return;
  OptionInfo each = info;
  each.type = Type::integer;
  for (const auto& entry : node.entries) {
    reading.origins[path + "." + entry.key] = entry.mark;
    read_value(entry.value, value[entry.key], each, path + "." + entry.key, reading);
  }
}

void read_value(const Node& node, Json& value, const OptionInfo& info, const std::string& path,
                Reading& reading) {
  if (is_map(node, info, path, reading)) value = to_json(node);
}

void read_value(const Node& node, Node& value, const OptionInfo&, const std::string&, Reading&) {
  value = node;
}

void read_value(const Node& node, SecretRef& value, const OptionInfo& info, const std::string& path,
                Reading& reading) {
  if (node.kind == Node::Kind::scalar) {  // its text may be the secret: never shown
    reading.fail(node.mark, quoted(path) +
                                ": a secret does not stand in the configuration itself: "
                                "expected " +
                                std::string(expected(info.type)));
    return;
  }
  const auto* entry = node.entries.size() == 1 ? node.entries.data() : nullptr;
  if (!entry || entry->value.kind != Node::Kind::scalar || entry->value.text.empty()) {
    return mismatch(node, info, path, reading);
  }
  using From = SecretRef::From;
  const From from = entry->key == "env"          ? From::environment
                    : entry->key == "file"       ? From::file
                    : entry->key == "credential" ? From::credential
                                                 : From::nowhere;
  if (from == From::nowhere) {
    constexpr std::array<std::string_view, 3> kKnown{"env", "file", "credential"};
    reading.fail(entry->mark, quoted(path) + ": expected " + std::string(expected(info.type)) +
                                  ", got '" + entry->key + "'" + did_you_mean(entry->key, kKnown));
    return;
  }
  value = SecretRef{from, entry->value.text, entry->value.mark};
}

std::optional<std::size_t> read_word(const Node& node, const OptionInfo& info,
                                     const std::string& path, Reading& reading) {
  const auto found = std::ranges::find(info.words, node.text);
  if (node.kind == Node::Kind::scalar && found != info.words.end()) {
    return static_cast<std::size_t>(found - info.words.begin());
  }
  const std::vector<std::string_view> words(info.words.begin(), info.words.end());
  std::string list;
  for (auto word : words) list += (list.empty() ? "" : ", ") + std::string(word);
  const bool scalar = node.kind == Node::Kind::scalar;
  reading.fail(node.mark, quoted(path) + ": expected one of " + list + "; got " +
                              (scalar ? quoted(node.text) : described(node)) +
                              (scalar ? did_you_mean(node.text, words) : ""));
  return std::nullopt;
}

bool is_map(const Node& node, const OptionInfo& info, const std::string& path, Reading& reading) {
  if (node.kind == Node::Kind::map) return true;
  mismatch(node, info, path, reading);
  return false;
}

bool is_list(const Node& node, const OptionInfo& info, const std::string& path, Reading& reading) {
  if (node.kind == Node::Kind::list) return true;
  mismatch(node, info, path, reading);
  return false;
}

Json show_value(bool value, const OptionInfo&) {
  return value;
}
Json show_value(int value, const OptionInfo&) {
  return value;
}
Json show_value(double value, const OptionInfo&) {
  return value;
}
Json show_value(Duration value, const OptionInfo&) {
  return docwright::to_text(value);
}
Json show_value(const Json& value, const OptionInfo&) {
  return value;
}
Json show_value(const Node& value, const OptionInfo&) {
  return to_json(value);
}
Json show_value(const std::vector<std::string>& value, const OptionInfo&) {
  return value;
}
Json show_value(const std::map<std::string, std::string>& value, const OptionInfo&) {
  return Json(value);
}
Json show_value(const std::map<std::string, std::int64_t>& value, const OptionInfo&) {
  return Json(value);
}

Json show_value(std::int64_t value, const OptionInfo& info) {
  if (info.type != Type::bytes || value <= 0) return value;
  for (auto [unit, shift] : {std::pair{"GiB", 30}, {"MiB", 20}, {"KiB", 10}}) {
    const std::int64_t size = std::int64_t{1} << shift;
    if (value % size == 0) return std::to_string(value / size) + unit;
  }
  return value;
}

Json show_value(std::size_t value, const OptionInfo& info) {
  return show_value(static_cast<std::int64_t>(value), info);
}

Json show_value(const std::string& value, const OptionInfo& info) {
  return info.type == Type::url ? without_password(value) : value;
}

Json show_value(const SecretRef& value, const OptionInfo&) {
  switch (value.from) {
    case SecretRef::From::nowhere:
      return nullptr;
    case SecretRef::From::environment:
      return Json{{"env", value.name}};
    case SecretRef::From::file:
      return Json{{"file", value.name}};
    case SecretRef::From::credential:
      return Json{{"credential", value.name}};
  }
  return nullptr;
}

std::string described(const SecretRef& reference) {
  switch (reference.from) {
    case SecretRef::From::nowhere:
      return "nowhere";
    case SecretRef::From::environment:
      return "the environment variable " + reference.name;
    case SecretRef::From::file:
      return "the file " + reference.name;
    case SecretRef::From::credential:
      return "the credential " + reference.name;
  }
  return "nowhere";
}

}  // namespace docwright::config
