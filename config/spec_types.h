// The types that an option can have: how each is read from YAML and shown as JSON.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/secret_ref.h"
#include "config/yaml.h"
#include "runtime/clock.h"
#include "runtime/error.h"
#include "runtime/json.h"

namespace docwright::config {

using Errors = std::vector<Error>;
// All of them as one, a line each with its place; `at` is the first one's. Precondition: not empty.
Error combined(const Errors& errors);
// One of a configuration, at its place; the message is cut where it repeats a text that is too long
// to read.
Error error_at(const Mark& mark, std::string message);

// Where each value that was given came from, by its path ("queue.jobs_max", "budgets[0].limit"); a
// default has no entry.
using Origins = std::map<std::string, Mark, std::less<>>;

// What one parse collects.
struct Reading {
  Errors errors;
  Origins origins;

  void fail(const Mark& mark, std::string message);  // keeps the first hundred
};

enum class Type {
  boolean,
  integer,
  number,
  text,
  prompt,
  url,
  word,
  duration,
  bytes,
  money,
  texts,
  texts_or_one,  // a list of texts; one text stands for a list of one
  text_map,
  integer_map,
  mapping,
  raw,
  secret,
  secrets,
  group,
  table,
  records
};
// "a whole number", "a duration such as 30s", ...: what an error says was expected.
std::string_view expected(Type type);

// What the reader of a reference needs to know about one option.
struct OptionInfo {
  std::string name;
  Type type = Type::text;
  std::string sentence;
  std::string unit;  // tokens, jobs, ...; a duration, bytes and money carry theirs in the value
  // Inclusive; of a text its bytes, of a duration its seconds, of a list its items.
  std::optional<double> least, most;
  std::vector<std::string> words;  // of a word: what it may be
  bool required = false;
  Json initial;  // the default, as shown
};

constexpr Type type_of(const bool*) {
  return Type::boolean;
}
constexpr Type type_of(const int*) {
  return Type::integer;
}
constexpr Type type_of(const std::int64_t*) {
  return Type::integer;
}
constexpr Type type_of(const std::size_t*) {
  return Type::integer;
}
constexpr Type type_of(const double*) {
  return Type::number;
}
constexpr Type type_of(const std::string*) {
  return Type::text;
}
constexpr Type type_of(const Duration*) {
  return Type::duration;
}
constexpr Type type_of(const std::vector<std::string>*) {
  return Type::texts;
}
constexpr Type type_of(const std::map<std::string, std::string>*) {
  return Type::text_map;
}
constexpr Type type_of(const std::map<std::string, std::int64_t>*) {
  return Type::integer_map;
}
constexpr Type type_of(const Json*) {
  return Type::mapping;
}
constexpr Type type_of(const Node*) {
  return Type::raw;
}
constexpr Type type_of(const SecretRef*) {
  return Type::secret;
}
constexpr Type type_of(const std::vector<SecretRef>*) {
  return Type::secrets;
}

// Each reads the node into the value, or reports what was expected and leaves the value alone.
void read_value(const Node&, bool& value, const OptionInfo&, const std::string& path, Reading&);
void read_value(const Node&, int& value, const OptionInfo&, const std::string& path, Reading&);
void read_value(const Node&, std::int64_t& value, const OptionInfo&, const std::string& path,
                Reading&);
void read_value(const Node&, std::size_t& value, const OptionInfo&, const std::string& path,
                Reading&);
void read_value(const Node&, double& value, const OptionInfo&, const std::string& path, Reading&);
void read_value(const Node&, std::string& value, const OptionInfo&, const std::string& path,
                Reading&);
void read_value(const Node&, Duration& value, const OptionInfo&, const std::string& path, Reading&);
void read_value(const Node&, std::vector<std::string>& value, const OptionInfo&,
                const std::string& path, Reading&);
void read_value(const Node&, std::map<std::string, std::string>& value, const OptionInfo&,
                const std::string& path, Reading&);
void read_value(const Node&, std::map<std::string, std::int64_t>& value, const OptionInfo&,
                const std::string& path, Reading&);
void read_value(const Node&, Json& value, const OptionInfo&, const std::string& path, Reading&);
void read_value(const Node&, Node& value, const OptionInfo&, const std::string& path, Reading&);
void read_value(const Node&, SecretRef& value, const OptionInfo&, const std::string& path,
                Reading&);
void read_value(const Node&, std::vector<SecretRef>& value, const OptionInfo&,
                const std::string& path, Reading&);
// The index into info.words.
std::optional<std::size_t> read_word(const Node&, const OptionInfo&, const std::string& path,
                                     Reading&);
bool is_map(const Node&, const OptionInfo&, const std::string& path, Reading&);
bool is_list(const Node&, const OptionInfo&, const std::string& path, Reading&);

Json show_value(bool value, const OptionInfo&);
Json show_value(int value, const OptionInfo&);
Json show_value(std::int64_t value, const OptionInfo&);
Json show_value(std::size_t value, const OptionInfo&);
Json show_value(double value, const OptionInfo&);
Json show_value(const std::string& value, const OptionInfo&);
Json show_value(Duration value, const OptionInfo&);
Json show_value(const std::vector<std::string>& value, const OptionInfo&);
Json show_value(const std::map<std::string, std::string>& value, const OptionInfo&);
Json show_value(const std::map<std::string, std::int64_t>& value, const OptionInfo&);
Json show_value(const Json& value, const OptionInfo&);
Json show_value(const Node& value, const OptionInfo&);
Json show_value(const SecretRef& value, const OptionInfo&);
Json show_value(const std::vector<SecretRef>& value, const OptionInfo&);

}  // namespace docwright::config
