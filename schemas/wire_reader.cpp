#include "schemas/wire_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/characters.h"
#include "runtime/text.h"

namespace docwright::wire {
namespace {

std::string_view kind_of(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_string()) return "a text";
  if (value.is_boolean()) return "a truth value";
  if (value.is_number_integer()) return "an integer";
  if (value.is_number())
    return std::abs(value.get<double>()) < 0x1p63 ? "a number with a fraction"
                                                  : "a number beyond 64 bits";
  if (value.is_array()) return "a list";
  return "an object";
}

std::string expected(std::string_view what, const Json& value) {
  return fmt::format("expected {}, not {}", what, kind_of(value));
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// What a text breaks of its rule, if anything.
std::optional<Error> broken(std::string_view text, const Rule& rule) {
  if (text.size() > rule.bytes_max) {
    return Error{Code::too_large, fmt::format("{} bytes are too long: at most {} are allowed",
                                              text.size(), rule.bytes_max)};
  }
  if (text.size() < rule.bytes_min) {
    const std::string message = rule.bytes_min == 1
                                    ? "must not be empty; leave the field out instead"
                                    : fmt::format("too short: at least {} are needed",
                                                  counted(rule.bytes_min, "character"));
    return Error{Code::invalid_request, message};
  }
  if (rule.plain && std::ranges::any_of(text, is_control))
    return Error{Code::invalid_request, "control characters are not allowed here"};
  if (!rule.one_of.empty() && std::ranges::find(rule.one_of, text) == rule.one_of.end()) {
    const std::string shown(text.substr(0, 40));
    return Error{Code::invalid_request,
                 fmt::format("'{}' is none of {}{}", shown, fmt::join(rule.one_of, ", "),
                             did_you_mean(shown, rule.one_of))};
  }
  return std::nullopt;
}

constexpr Rule kLabelKey = line(kLabelKeyBytes);
constexpr Rule kLabelValue = {.bytes_max = kLabelValueBytes, .plain = true};

}  // namespace

std::string Place::pointer() const {
  if (parent == nullptr) return {};
  return fmt::format("{}/{}", parent->pointer(), key ? pointer_token(*key) : std::to_string(index));
}

Reader::Reader(const Json& object, const Place& place, Mode mode, std::optional<Error>& error)
    : object_(object), place_(place), mode_(mode), error_(error) {}

void Reader::fail(Code code, std::string message, const Place& place) {
  if (!error_) error_ = Error{code, std::move(message), place.pointer()};
}

const Json* Reader::find(std::string_view name, const Rule& rule) {
  const auto& members = object_.get_ref<const Json::object_t&>();
  const auto at =
      std::ranges::find_if(members, [&](const auto& member) { return member.first == name; });
  if (at == members.end()) {
    if (rule.required && strict())
      fail(Code::invalid_request, fmt::format("field '{}' is missing", name),
           Place{.parent = &place_, .key = name});
    return nullptr;
  }
  ++found_;
  if (!strict() && at->second.is_null()) return nullptr;
  return &at->second;
}

void Reader::finish() {
  if (error_ || !strict() || found_ == object_.size()) return;
  const std::span<const std::string_view> known(known_.data(), known_count_);
  for (const auto& [name, value] : object_.get_ref<const Json::object_t&>()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string shown = name.substr(0, 64);
    return fail(
        Code::invalid_request,
        fmt::format("unknown field '{}'{}", to_valid_utf8(shown), did_you_mean(shown, known)),
        Place{.parent = &place_, .key = to_valid_utf8(shown)});
  }
}

void Reader::read(const Json& value, const Place& place, const Rule& rule, std::string& member) {
  const auto* text = value.get_ptr<const Json::string_t*>();
  if (text == nullptr) return fail(Code::invalid_request, expected("a text", value), place);
  if (strict()) {
    if (auto problem = broken(*text, rule))
      return fail(problem->code, std::move(problem->message), place);
  }
  member = *text;
}

void Reader::read(const Json& value, const Place& place, const Rule&, bool& member) {
  const auto* truth = value.get_ptr<const Json::boolean_t*>();
  if (truth == nullptr) return fail(Code::invalid_request, expected("true or false", value), place);
  member = *truth;
}

void Reader::read(const Json& value, const Place& place, const Rule& rule, std::int64_t& member) {
  if (!value.is_number_integer())
    return fail(Code::invalid_request, expected("an integer", value), place);
  const auto* huge = value.get_ptr<const Json::number_unsigned_t*>();
  const bool fits = huge == nullptr ||
                    *huge <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::int64_t number = fits ? value.get<std::int64_t>() : 0;
  if (!fits || (strict() && (number < rule.least || number > rule.most))) {
    const std::int64_t most = rule.most;
    return fail(Code::invalid_request,
                most == std::numeric_limits<std::int64_t>::max()
                    ? fmt::format("out of range: at least {}", rule.least)
                    : fmt::format("out of range: {} to {}", rule.least, most),
                place);
  }
  member = number;
}

void Reader::read(const Json& value, const Place& place, const Rule& rule, Duration& member) {
  const auto* text = value.get_ptr<const Json::string_t*>();
  if (text == nullptr)
    return fail(Code::invalid_request, expected("a duration such as \"30s\"", value), place);
  const Result<Duration> duration = parse_duration(std::string_view(*text).substr(0, 64));
  if (!duration) return fail(Code::invalid_request, duration.error().message, place);
  if (strict() && (*duration < rule.shortest || *duration > rule.longest)) {
    return fail(
        Code::invalid_request,
        fmt::format("out of range: {} to {}", to_text(rule.shortest), to_text(rule.longest)),
        place);
  }
  member = *duration;
}

void Reader::read(const Json& value, const Place& place, const Rule&, Time& member) {
  const auto* text = value.get_ptr<const Json::string_t*>();
  if (text == nullptr) return fail(Code::invalid_request, expected("a time", value), place);
  const Result<Time> time = parse_rfc3339(*text);
  if (!time) return fail(Code::invalid_request, time.error().message, place);
  member = *time;
}

void Reader::read(const Json& value, const Place& place, const Rule& rule, Json& member) {
  if (!object(value, place)) return;
  if (strict() && rule.bytes_max != Rule{}.bytes_max && dump_json(value).size() > rule.bytes_max) {
    return fail(
        Code::too_large,
        fmt::format("the object is too large: at most {} bytes are allowed", rule.bytes_max),
        place);
  }
  member = value;
}

void Reader::read(const Json& value, const Place& place, const Rule&, Labels& member) {
  if (!object(value, place)) return;
  if (strict() && value.size() > kLabels) {
    return fail(Code::too_large,
                fmt::format("{} are too many: at most {} are allowed",
                            counted(value.size(), "label"), kLabels),
                place);
  }
  member.clear();
  member.reserve(value.size());
  for (const auto& [name, text] : value.get_ref<const Json::object_t&>()) {
    const Place at{.parent = &place, .key = name};
    if (strict()) {
      if (auto problem = broken(name, kLabelKey))
        return fail(problem->code, "name of the label: " + problem->message, place);
    }
    auto& label = member.emplace_back(name, std::string());
    read(text, at, kLabelValue, label.second);
    if (error_) return;
  }
}

bool Reader::list(const Json& value, const Place& place, const Rule& rule) {
  if (!value.is_array()) {
    fail(Code::invalid_request, expected("a list", value), place);
  } else if (strict() && value.size() < rule.entries_min) {
    fail(Code::invalid_request, "must not be empty", place);
  } else if (strict() && value.size() > rule.entries_max) {
    fail(Code::too_large,
         fmt::format("{} entries are too many: at most {} are allowed", value.size(),
                     rule.entries_max),
         place);
  } else {
    return true;
  }
  return false;
}

bool Reader::object(const Json& value, const Place& place) {
  if (value.is_object()) return true;
  fail(Code::invalid_request, expected("an object", value), place);
  return false;
}

}  // namespace docwright::wire
