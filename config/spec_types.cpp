#include "config/spec_types.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "runtime/text.h"

namespace docwright::config {
namespace {

void mismatch(const Node& node, const OptionInfo& info, const std::string& path, Reading& reading) {
  reading.fail(node.mark, fmt::format("'{}': expected {}, got {}", path, expected(info.type),
                                      described(node)));
}

// A number as a person writes it: 3000, not 3000.000000.
std::string plain(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e18) {
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
  std::string range = info.most ? fmt::format("{} to {}", bound_text(info.least.value_or(0), info),
                                              bound_text(*info.most, info))
                                : fmt::format("at least {}", bound_text(*info.least, info));
  std::string unit = what.empty() ? info.unit : std::string(what);
  if (!unit.empty()) range += " " + unit;
  reading.fail(node.mark, fmt::format("'{}': expected {}, got {}", path, range, got));
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
    reading.fail(node.mark, fmt::format("'{}': {} is out of range", path, node.text));
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

Error error_at(const Mark& mark, std::string message) {
  constexpr std::size_t kMessageBytesMax = 1000;
  if (message.size() > kMessageBytesMax) {
    message = to_valid_utf8(std::string_view(message).substr(0, kMessageBytesMax)) + "...";
  }
  return Error{Code::configuration, std::move(message), to_text(mark)};
}

void Reading::fail(const Mark& mark, std::string message) {
  constexpr std::size_t kErrorsMax = 100;
  if (errors.size() < kErrorsMax) errors.push_back(error_at(mark, std::move(message)));
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
  if (info.type == Type::texts_or_one && node.kind == Node::Kind::scalar) {
    value = {node.text};
    return;
  }
  if (!is_list(node, info, path, reading)) return;
  std::vector<std::string> read;
  for (const auto& item : node.items) {
    if (item.kind != Node::Kind::scalar) {
      reading.fail(item.mark, fmt::format("'{}[{}]': expected a text, got {}", path, read.size(),
                                          described(item)));
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
    const std::string entry_path = fmt::format("{}.{}", path, entry.key);
    reading.origins[entry_path] = entry.mark;
    read_value(entry.value, value[entry.key], text, entry_path, reading);
  }
}

void read_value(const Node& node, std::map<std::string, std::int64_t>& value,
                const OptionInfo& info, const std::string& path, Reading& reading) {
  if (!is_map(node, info, path, reading)) return;
  OptionInfo each = info;
  each.type = Type::integer;
  for (const auto& entry : node.entries) {
    const std::string entry_path = fmt::format("{}.{}", path, entry.key);
    reading.origins[entry_path] = entry.mark;
    read_value(entry.value, value[entry.key], each, entry_path, reading);
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
    reading.fail(
        node.mark,
        fmt::format("'{}': a secret does not stand in the configuration itself: expected {}", path,
                    expected(info.type)));
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
    reading.fail(entry->mark,
                 fmt::format("'{}': expected {}, got '{}'{}", path, expected(info.type), entry->key,
                             did_you_mean(entry->key, kKnown)));
    return;
  }
  value = SecretRef{from, entry->value.text, entry->value.mark};
}

void read_value(const Node& node, std::vector<SecretRef>& value, const OptionInfo& info,
                const std::string& path, Reading& reading) {
  if (!is_list(node, info, path, reading)) return;
  OptionInfo each = info;
  each.type = Type::secret;
  value.clear();
  for (const Node& item : node.items) {
    const std::size_t index = value.size();
    read_value(item, value.emplace_back(), each, fmt::format("{}[{}]", path, index), reading);
  }
}

std::optional<std::size_t> read_word(const Node& node, const OptionInfo& info,
                                     const std::string& path, Reading& reading) {
  const auto found = std::ranges::find(info.words, node.text);
  if (node.kind == Node::Kind::scalar && found != info.words.end()) {
    return static_cast<std::size_t>(found - info.words.begin());
  }
  const std::vector<std::string_view> words(info.words.begin(), info.words.end());
  const bool scalar = node.kind == Node::Kind::scalar;
  reading.fail(node.mark,
               fmt::format("'{}': expected one of {}; got {}{}", path, fmt::join(words, ", "),
                           scalar ? fmt::format("'{}'", node.text) : described(node),
                           scalar ? did_you_mean(node.text, words) : ""));
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

}  // namespace docwright::config
