// How values are shown: as JSON for people and programs, and in the words of error messages.
#include <fmt/format.h>

#include "config/spec_types.h"
#include "runtime/text.h"

namespace docwright::config {
namespace {

// A password in a URL is a secret, and so may be who has none, and what stands in a query:
// http://user:***@host, http://***@host, http://host?***.
std::string without_secrets(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto start = scheme + 3;
  std::string shown = url;
  if (const auto query = url.find('?', start); query != std::string::npos)
    shown.replace(query + 1, std::string::npos, "***");
  const auto at = shown.substr(0, shown.find('/', start)).rfind('@');
  if (at == std::string::npos || at < start) return shown;
  const auto colon = shown.find(':', start);
  const auto secret = colon < at ? colon + 1 : start;
  return shown.replace(secret, at - secret, "***");
}

}  // namespace

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
    case Type::texts_or_one:
      return "a text or a list of texts";
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
    case Type::secrets:
      return "a list of {env: NAME}, {file: PATH} or {credential: NAME}";
    case Type::group:
      return "a mapping of options";
    case Type::records:
      return "a list of mappings";
  }
  return "a value";
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
  return info.type == Type::url ? without_secrets(value) : value;
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

Json show_value(const std::vector<SecretRef>& value, const OptionInfo& info) {
  Json shown = Json::array();
  for (const SecretRef& each : value) shown.push_back(show_value(each, info));
  return shown;
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
