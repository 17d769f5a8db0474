#include "providers/wire/errors.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "providers/wire/context_numbers.h"
#include "providers/wire/error_table.h"
#include "providers/wire/members.h"
#include "providers/wire/read_json.h"
#include "providers/wire/retry_hint.h"
#include "providers/wire/sse.h"
#include "runtime/characters.h"

namespace docwright::providers::wire {
namespace {

using enum ErrorClass;

// What an error body says, whatever its shape.
struct Said {
  // error.code, error.type, error.status, and the code of the error within: the more particular
  // first.
  std::array<std::string, 4> codes;
  int status = 0;  // HTTP, as the body repeats it; 0: it does not
  std::string message;
  bool in_words = false;  // the message is the server's own; else it is the body, whatever that is
  std::optional<ContextNumbers> numbers;
};

bool says(const Said& said, std::string_view code) {
  return std::ranges::find(said.codes, code) != said.codes.end();
}

// For people and reports: a name rather than a number, which mostly repeats the status.
std::string code_of(const Said& said) {
  const auto named = [](const std::string& code) {
    return !code.empty() && std::isdigit(static_cast<unsigned char>(code.front())) == 0;
  };
  const auto found = std::ranges::find_if(said.codes, named);
  return presentable(found == said.codes.end() ? said.codes.front() : *found);
}

std::string word(const Json& json, std::string_view name) {
  const Json* found = member(json, name);
  if (found == nullptr) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? found->dump() : std::string();
}

// Azure's innererror.code, Anthropic's details.error_code, the reason in a list of Google's
// details.
std::string inner_code(const Json& error) {
  for (const std::string_view name : {"innererror", "inner_error"}) {
    if (const Json* inner = member(error, name)) return word(*inner, "code");
  }
  const Json* details = member(error, "details");
  if (details == nullptr) return {};
  if (!details->is_array()) return text_of(*details, "error_code");
  for (const Json& entry : *details) {
    if (std::string reason = text_of(entry, "reason"); !reason.empty()) return reason;
  }
  return {};
}

// Azure's gateway and llama.cpp, among others, repeat it, as a number or its digits.
int status_named(const Json& source) {
  for (const std::string_view name : {"code", "status", "statusCode"}) {
    const std::string digits = word(source, name);
    const bool status = digits.size() == 3 && (digits[0] == '4' || digits[0] == '5') &&
                        std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (status) return std::stoi(digits);
  }
  return 0;
}

// A string, or the first one in a list or under one of the names that servers have for it:
// {"detail": [{"loc": [...], "msg": "..."}]}.
std::string words_in(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) return json.empty() ? std::string() : words_in(json.front());
  for (const std::string_view name : {"message", "error_message", "detail", "msg", "errors"}) {
    const Json* found = member(json, name);
    if (std::string words = found == nullptr ? std::string() : words_in(*found); !words.empty())
      return words;
  }
  return {};
}

// A server that was asked for a stream may refuse in one, whatever its status.
std::string first_event(const std::string& body) {
  std::string first;
  SseReader reader([&](std::string_view, std::string_view data) {
    if (first.empty()) first = data;
  });
  reader.feed(body);
  reader.end();
  return first;
}

// {"error":{...}}, {"error":"text"}, {"object":"error",...}, {"detail":...}, {"error_message":...},
// or an array of one.
Said said_by(const std::string& body) {
  Said said;
  said.message = body.substr(0, kMessageBytesMax);
  Result<Json> parsed = read_json(body);
  if (!parsed) parsed = read_json(first_event(body));
  if (!parsed) return said;
  const Json& top = parsed->is_array() && !parsed->empty() ? parsed->front() : *parsed;
  const Json* error = member(top, "error");
  // Gateways wrap what they were told.
  for (const Json* inner = error; inner != nullptr && inner->is_object();
       inner = member(*inner, "error"))
    error = inner;
  const Json& source = error != nullptr && error->is_object() ? *error : top;
  said.codes = {word(source, "code"), word(source, "type"), text_of(source, "status"), {}};
  if (said.codes[1].empty()) said.codes[1] = word(source, "error_type");
  said.codes[3] = inner_code(source);
  said.status = status_named(source);
  std::string words = words_in(error != nullptr && error->is_string() ? *error : source);
  said.in_words = !words.empty();
  if (said.in_words) said.message = std::move(words);
  said.numbers = context_numbers(said.in_words ? said.message : std::string_view(), &source);
  return said;
}

// A request above the whole limit never succeeds, however long one waits.
bool above_the_limit(const Said& said) {
  if (lower(said.message).starts_with("request too large")) return true;
  return said.numbers && said.numbers->requested > said.numbers->window;
}

std::optional<ErrorClass> by_rules(int status, const Said& said, std::span<const ErrorRule> rules) {
  const std::string message = lower(said.message);
  for (const ErrorRule& rule : rules) {
    if (rule.status != 0 && rule.status != status) continue;
    if (!rule.code.empty() && !says(said, rule.code)) continue;
    if (!message.contains(rule.phrase)) continue;
    return rule.error_class;
  }
  return std::nullopt;
}

// What the server itself thinks of asking again, where nothing but the status has spoken.
ErrorClass class_of_status_and_advice(int status, const HttpResponse& response) {
  const ErrorClass known = class_of_status(status);
  const std::string_view advice = header(response.headers, "x-should-retry");
  if (advice == "true" && known == invalid_request) return server;
  if (advice == "false" && (known == server || known == overloaded)) return invalid_request;
  return known;
}

ErrorClass class_of(const HttpResponse& response, const Said& said,
                    std::span<const ErrorRule> own) {
  const bool good = response.status < 300;
  const int status = good && said.status != 0 ? said.status : response.status;
  if (const auto known = by_rules(status, said, own)) return *known;
  for (const std::string& code : said.codes) {
    if (const auto known = class_of_code(code)) return *known;
  }
  const bool rate = says(said, "rate_limit_exceeded") || says(said, "rate_limit_error");
  // A 429 says "quota" and "limit" for ordinary rate limits too: there, only codes tell them apart.
  const bool texts_count =
      status == 400 || status == 413 || status == 422 || status == 500 || status == 200;
  if (texts_count && said.in_words && !rate) {
    if (const auto known = class_of_words(lower(said.message))) return *known;
  }
  if ((status == 413 || status == 429 || rate) && above_the_limit(said)) return too_large;
  if (rate) return status == 413 ? too_large : rate_limit;
  if (good && said.status == 0) {
    for (const std::string& type : said.codes) {
      if (const auto known = class_of_type(type)) return *known;
    }
  }
  return class_of_status_and_advice(status, response);
}

// A limit of a whole day, and when it is there again: a wait for jobs, not for a call in hand.
bool used_up_for_the_day(const CallError& error, const Said& said) {
  return error.error_class == rate_limit && error.retry_after &&
         lower(said.message).contains("per day");
}

}  // namespace

const Json* error_in(const Json& document) {
  const Json* error = member(document, "error");
  if (error == nullptr || *error == false || *error == "" || error->empty()) return nullptr;
  return error;
}

bool tells_error(const Json& document) {
  return error_in(document) != nullptr || text_of(document, "object") == "error";
}

CallError broken(ErrorClass error_class, int status, std::string message) {
  CallError error;
  error.error_class = error_class;
  error.status = status;
  error.message = std::move(message);
  error.maybe_charged = true;
  return error;
}

CallError error_under_good_status(std::string_view body, bool worked,
                                  std::span<const ErrorRule> own, int as_if) {
  CallError error = error_of({as_if, {}, std::string(body)}, own);
  error.status = 200;
  error.maybe_charged = true;
  constexpr std::array kRefusals = {auth,           permission, not_found,
                                    context_length, too_large,  invalid_request,
                                    rate_limit,     quota,      overloaded};
  if (!worked && std::ranges::find(kRefusals, error.error_class) != kRefusals.end())
    error.maybe_charged = false;
  return error;
}

CallError error_of(const HttpResponse& response, std::span<const ErrorRule> own) {
  const Said said = said_by(response.body);
  CallError error;
  error.error_class = class_of(response, said, own);
  error.code = code_of(said);
  error.status = response.status;
  error.message = presentable(said.message);
  if (error.message.empty())
    error.message = "HTTP " + std::to_string(response.status) + " without a message";
  if (response.status >= 300 && response.status < 400) {
    error.message = "the server redirects, which docwright does not follow; correct the base URL";
  }
  if (error.transient() || error.error_class == quota) {
    error.retry_after = retry_hint(response, said.message);
  }
  if (error.error_class == context_length || error.error_class == too_large)
    error.context = said.numbers;
  if (used_up_for_the_day(error, said)) error.error_class = quota;
  error.maybe_charged = response.status < 300;
  return error;
}

}  // namespace docwright::providers::wire
