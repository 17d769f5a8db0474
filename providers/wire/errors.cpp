#include "providers/wire/errors.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "providers/wire/context_numbers.h"
#include "providers/wire/members.h"
#include "providers/wire/retry_hint.h"
#include "runtime/text.h"

namespace docwright::providers::wire {
namespace {

using enum ErrorClass;

constexpr std::size_t kMessageBytesMax = 512;

struct Meaning {
  std::string_view text;
  ErrorClass error_class;
};

// Machine codes, in any of the fields for them: what the provider itself says comes first.
constexpr std::array kCodes = {
    Meaning{"context_length_exceeded", context_length},
    Meaning{"exceed_context_size_error", context_length},
    Meaning{"content_filter", content_filter},
    Meaning{"ResponsibleAIPolicyViolation", content_filter},
    Meaning{"content_policy_violation", content_filter},
    Meaning{"invalid_prompt", content_filter},
    Meaning{"bio_policy", content_filter},
    Meaning{"insufficient_quota", quota},
    Meaning{"credit_balance_exhausted", quota},
    Meaning{"billing_error", quota},
    Meaning{"billing_hard_limit_reached", quota},
    Meaning{"enforced_spend_limit_reached", quota},
    Meaning{"invalid_api_key", auth},
    Meaning{"authentication_error", auth},
    Meaning{"API_KEY_INVALID", auth},
    Meaning{"UNAUTHENTICATED", auth},
    Meaning{"permission_error", permission},
    Meaning{"request_forbidden", permission},
    Meaning{"unsupported_country_region_territory", permission},
    Meaning{"model_not_found", not_found},
    Meaning{"DeploymentNotFound", not_found},
    Meaning{"not_found_error", not_found},
    Meaning{"NotFoundError", not_found},
    Meaning{"NOT_FOUND", not_found},
    Meaning{"model_decommissioned", not_found},
    Meaning{"overloaded_error", overloaded},
    Meaning{"server_is_overloaded", overloaded},
    Meaning{"service_unavailable_error", overloaded},
    Meaning{"capacity_exceeded", overloaded},
    Meaning{"unavailable_error", overloaded},
    Meaning{"UNAVAILABLE", overloaded},
    Meaning{"slow_down", rate_limit},
};

// Whole families of codes, by their ends.
constexpr std::array kCodeEnds = {
    Meaning{"_spend_limit_exceeded", quota},
    Meaning{"_usage_limit_exceeded", quota},
};

// Parts of error.message, in lower case; never looked for in the whole body, which may echo the
// prompt.
constexpr std::array kPhrases = {
    Meaning{"maximum context length", context_length},
    Meaning{"context length exceeded", context_length},
    Meaning{"exceed context limit", context_length},
    Meaning{"prompt is too long", context_length},
    Meaning{"input is too long", context_length},
    Meaning{"input tokens exceed the configured limit", context_length},
    Meaning{"exceeds the context window", context_length},
    Meaning{"exceeds the available context size", context_length},
    Meaning{"exceeds the maximum number of tokens allowed", context_length},
    Meaning{"is longer than the model's context length", context_length},
    Meaning{"maximum input length", context_length},
    Meaning{"reduce the length of the messages", context_length},
    Meaning{"`inputs` tokens + `max_new_tokens` must be", context_length},
    Meaning{"greater than the context length", context_length},
    Meaning{"requested token count exceeds", context_length},
    Meaning{"credit balance is too low", quota},
    Meaning{"exceeded your current quota", quota},
    Meaning{"reached your specified api usage limits", quota},
    Meaning{"api key not valid", auth},
    Meaning{"api key expired", auth},
};

// What an error body says, whatever its shape.
struct Said {
  // error.code, error.type, error.status, and the code of the error within: the more particular
  // first.
  std::array<std::string, 4> codes;
  std::string message;
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

// {"error":{...}}, {"error":"text"}, {"object":"error",...}, {"detail":...}, {"error_message":...},
// or an array of one.
Said said_by(const std::string& body) {
  Said said;
  const Result<Json> parsed = parse_json(body);
  if (!parsed) {
    said.message = body.substr(0, kMessageBytesMax);
    return said;
  }
  const Json& top = parsed->is_array() && !parsed->empty() ? parsed->front() : *parsed;
  const Json* error = member(top, "error");
  if (error != nullptr && error->is_string()) said.message = error->get<std::string>();
  const Json& source = error != nullptr && error->is_object() ? *error : top;
  said.codes = {word(source, "code"), word(source, "type"), text_of(source, "status"), {}};
  if (said.codes[1].empty()) said.codes[1] = word(source, "error_type");
  said.codes[3] = inner_code(source);
  for (const std::string_view name : {"message", "error_message", "detail"}) {
    if (said.message.empty()) said.message = text_of(source, name);
  }
  if (said.message.empty()) said.message = body.substr(0, kMessageBytesMax);
  said.numbers = context_numbers(said.message, &source);
  return said;
}

std::optional<ErrorClass> by_code(std::string_view code) {
  for (const Meaning& entry : kCodes) {
    if (entry.text == code) return entry.error_class;
  }
  for (const Meaning& entry : kCodeEnds) {
    if (code.ends_with(entry.text)) return entry.error_class;
  }
  return std::nullopt;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::optional<ErrorClass> by_phrase(std::string_view message) {
  const std::string text = lower(message);
  for (const Meaning& entry : kPhrases) {
    if (text.contains(entry.text)) return entry.error_class;
  }
  return std::nullopt;
}

// A request above the whole limit never succeeds, however long one waits.
bool above_the_limit(const Said& said) {
  if (lower(said.message).starts_with("request too large")) return true;
  return said.numbers && said.numbers->requested > said.numbers->window;
}

ErrorClass by_status(int status) {
  switch (status) {
    case 401:
      return auth;
    case 402:
      return quota;
    case 403:
      return permission;
    case 404:
      return not_found;
    case 408:
      return timeout;
    case 409:
      return server;  // a conflict on their side: asked again, it succeeds
    case 413:
      return too_large;
    case 424:
      return server;
    case 425:
    case 429:
      return rate_limit;
    case 498:
      return overloaded;
    case 499:
      return cancelled;
    case 503:
    case 529:
      return overloaded;
    default:
      break;
  }
  if (status >= 500) return server;
  if (status >= 300) return invalid_request;
  return server;  // an error object under a good status
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
ErrorClass by_status_and_advice(const HttpResponse& response) {
  const ErrorClass known = by_status(response.status);
  const std::string_view advice = header(response.headers, "x-should-retry");
  if (advice == "true" && known == invalid_request) return server;
  if (advice == "false" && (known == server || known == overloaded)) return invalid_request;
  return known;
}

ErrorClass class_of(const HttpResponse& response, const Said& said,
                    std::span<const ErrorRule> own) {
  const int status = response.status;
  if (const auto known = by_rules(status, said, own)) return *known;
  for (const std::string& code : said.codes) {
    if (const auto known = by_code(code)) return *known;
  }
  const bool rate = says(said, "rate_limit_exceeded") || says(said, "rate_limit_error");
  if ((status == 413 || status == 429 || rate) && above_the_limit(said)) return too_large;
  if (rate) return status == 413 ? too_large : rate_limit;
  // A 429 says "quota" and "limit" for ordinary rate limits too: there, only codes tell them apart.
  const bool texts_count =
      status == 400 || status == 413 || status == 422 || status == 500 || status == 200;
  if (texts_count) {
    if (const auto known = by_phrase(said.message)) return *known;
  }
  return by_status_and_advice(response);
}

// A limit of a whole day, and when it is there again: a wait for jobs, not for a call in hand.
bool used_up_for_the_day(const CallError& error, const Said& said) {
  return error.error_class == rate_limit && error.retry_after &&
         lower(said.message).contains("per day");
}

// --- secrets ---

bool ends_word(char c) {
  return c == ' ' || c == '"' || c == '\'' || c == '\n' || c == '\t' || c == ',';
}

bool looks_like_a_key(std::string_view word, std::string_view before) {
  if (word.starts_with("sk-") || word.starts_with("gsk_") || word.starts_with("AIza")) return true;
  if (word.contains("***")) return true;  // masked, but half of it is left
  return before.ends_with("key provided: ") || before.ends_with("Bearer ");
}

}  // namespace

std::string presentable(std::string_view text) {
  std::string shown;
  std::size_t at = 0;
  while (at < text.size() && shown.size() < kMessageBytesMax) {
    std::size_t end = at;
    while (end < text.size() && !ends_word(text[end])) ++end;
    std::string_view word = text.substr(at, end - at);
    std::string_view tail;
    if (word.ends_with('.')) {
      tail = ".";
      word.remove_suffix(1);
    }
    if (looks_like_a_key(word, text.substr(0, at))) {
      shown.append("***").append(tail);
    } else {
      shown.append(word).append(tail);
    }
    if (end < text.size()) shown += text[end] == '\n' || text[end] == '\t' ? ' ' : text[end];
    at = end + 1;
  }
  shown = to_valid_utf8(shown);
  if (shown.size() > kMessageBytesMax) {
    std::size_t cut = kMessageBytesMax - 3;
    while ((static_cast<unsigned char>(shown[cut]) & 0xC0) == 0x80) --cut;
    shown.resize(cut);
    shown += "...";
  }
  return shown;
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
                                  std::span<const ErrorRule> own) {
  CallError error = error_of({200, {}, std::string(body)}, own);
  constexpr std::array kRefusals = {auth,      permission,      not_found, context_length,
                                    too_large, invalid_request, quota};
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
