#include "providers/simulator/fault.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstdlib>

#include "runtime/text.h"

namespace docwright::providers::simulator {
namespace {

Result<Fault> wrong(std::string_view text, std::string_view expected) {
  return fail(
      Code::invalid_request,
      fmt::format("'{}' is no fault: expected {}, as in 'server_error:every 7' or 'cut_body:0.05'",
                  text, expected));
}

template <class Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

const std::vector<FaultDescription>& fault_descriptions() {
  using enum FaultKind;
  using Class = ErrorClass;
  static const std::vector<FaultDescription> faults = {
      {rate_limit, "rate_limit", Class::rate_limit, 0,
       "429 with the format's hint when to ask again"},
      {quota, "quota", Class::quota, 0, "the quota is used up: asking again never helps"},
      {server_error, "server_error", Class::server, 0, "500"},
      {overloaded, "overloaded", Class::overloaded, 0, "503, or 529"},
      {timeout, "timeout", Class::timeout, 0, "408, or 504"},
      {conflict, "conflict", Class::server, 409, "409"},
      {auth, "auth", Class::auth, 0, "the key is not valid (401)"},
      {permission, "permission", Class::permission, 0, "the key may not do this (403)"},
      {not_found, "not_found", Class::not_found, 0, "there is no such model (404)"},
      {too_large, "too_large", Class::too_large, 0, "the body is too long (413, or 400)"},
      {content_filter, "content_filter", Class::content_filter, 0, "the prompt was flagged"},
      {context_length, "context_length", Class::context_length, 0,
       "the question does not fit the model's window"},
      {cut_before, "cut_before", {}, 0, "charges, then closes the connection without a byte"},
      {cut_body,
       "cut_body",
       {},
       0,
       "charges, sends half of the answer (or at_byte bytes), closes the connection"},
      {silent, "silent", {}, 0, "charges and never answers"},
      {stall,
       "stall",
       {},
       0,
       "charges, sends half of the answer (or at_byte bytes), then nothing more"},
      {slow, "slow", {}, 0, "the first byte comes later, by delay"},
      {error_frame,
       "error_frame",
       {},
       0,
       "charges, sends half of the stream (or at_event events), then an error under its status "
       "200"},
      {truncated, "truncated", {}, 0, "half of the JSON, and says that the limit was reached"},
      {half_json, "half_json", {}, 0, "half of the JSON, and says that it is complete"},
      {prose, "prose", {}, 0, "the JSON in a fence, with prose around it"},
      {wrong_names, "wrong_names", {}, 0, "parameters of other names than the code's"},
      {refusal, "refusal", {}, 0, "the model will not"},
      {filtered, "filtered", {}, 0, "half of the answer, and says that a filter ended it"},
      {usage_missing, "usage_missing", {}, 0, "says nothing of the tokens; charges them"},
      {usage_zero, "usage_zero", {}, 0, "says that it used no tokens; charges them"},
      {usage_wrong,
       "usage_wrong",
       {},
       0,
       "says, and charges, ten times the tokens that there can be"},
      {usage_elsewhere,
       "usage_elsewhere",
       {},
       0,
       "sends the usage where other servers of the format do"},
  };
  return faults;
}

const FaultDescription& description_of(FaultKind kind) {
  for (const FaultDescription& fault : fault_descriptions()) {
    if (fault.kind == kind) return fault;
  }
  std::abort();
}

std::string_view name(FaultKind kind) {
  return description_of(kind).name;
}

Result<Fault> parse_fault(std::string_view text) {
  const std::string_view kind = text.substr(0, text.find(':'));
  Fault fault;
  bool known = false;
  std::vector<std::string_view> names;
  for (const FaultDescription& entry : fault_descriptions()) {
    names.push_back(entry.name);
    if (entry.name != kind) continue;
    fault.kind = entry.kind;
    known = true;
  }
  if (!known) {
    return wrong(text,
                 fmt::format("one of {}{}", fmt::join(names, ", "), did_you_mean(kind, names)));
  }
  if (kind.size() == text.size()) return fault;

  const std::string_view how = text.substr(kind.size() + 1);
  if (how.starts_with("every ")) {
    if (read(how.substr(6), fault.every) && fault.every > 0) return fault;
    return wrong(text, "a whole number from 1 after 'every'");
  }
  if (how.starts_with("from ")) {
    if (read(how.substr(5), fault.from) && fault.from > 0) return fault;
    return wrong(text, "a whole number from 1 after 'from'");
  }
  if (read(how, fault.probability) && fault.probability > 0 && fault.probability <= 1) return fault;
  return wrong(text, "'every N', 'from N', or a probability above 0 and up to 1");
}

}  // namespace docwright::providers::simulator
