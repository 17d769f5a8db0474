#include "providers/simulator/desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "providers/simulator/writer.h"

namespace docwright::providers::simulator {
namespace {

constexpr std::int64_t kBytesPerToken = 4;

// The first eight bytes of the question's hash: what its answer's words and its faults vary by.
std::uint64_t number_of(const std::string& question) {
  return std::stoull(question.substr(0, 16), nullptr, 16);
}

// Uniform in [0, 1) by the question, the seed and how often it was asked: the order of arrival
// changes nothing.
double draw(std::uint64_t question, std::uint64_t seed, std::uint64_t times, std::uint64_t fault) {
  std::uint64_t x = question ^ (seed * 0x9e3779b97f4a7c15ULL) ^ (times << 32) ^ fault;
  for (const int shift : {30, 27, 31}) {
    x = (x ^ (x >> shift)) * 0xbf58476d1ce4e5b9ULL;
  }
  return static_cast<double>(x >> 11) * 0x1.0p-53;
}

CallError refusal(ErrorClass error_class, std::string message,
                  std::optional<Duration> retry_after = {}) {
  CallError error;
  error.error_class = error_class;
  error.message = std::move(message);
  error.retry_after = retry_after;
  return error;
}

Delivery delivery_of(const Fault* fault) {
  if (fault == nullptr) return Delivery::whole;
  switch (fault->kind) {
    case FaultKind::cut_before:
      return Delivery::cut_before;
    case FaultKind::cut_body:
      return Delivery::cut_body;
    case FaultKind::silent:
      return Delivery::silent;
    default:
      return Delivery::whole;
  }
}

// At most `bytes`, and no character cut in two.
std::string head_of(const std::string& text, std::size_t bytes) {
  std::size_t end = std::min(bytes, text.size());
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end);
}

}  // namespace

std::int64_t simulated_tokens(std::int64_t bytes) {
  return (bytes + kBytesPerToken - 1) / kBytesPerToken;
}

Desk::Desk(Options options, const Models& models, std::vector<Spoken> spoken)
    : options_(std::move(options)),
      spoken_(std::move(spoken)),
      ledger_(options_.ledger_file),
      limit_{static_cast<double>(options_.requests_per_minute), Moment{}},
      counted_(options_.faults.size()) {
  for (const Model* model : models.all()) models_.emplace(model->api_name, *model);
}

const Model* Desk::model_of(std::string_view api_name) const {
  const auto found = models_.find(std::string(api_name));
  return found == models_.end() ? nullptr : &found->second;
}

Rendered Desk::models() const {
  std::vector<std::string_view> names;
  for (const auto& [name, model] : models_) names.push_back(name);
  std::ranges::sort(names);
  return spoken_.front().api->models(names);
}

// A bucket that refills continuously, and a minute's requests at once at the start.
std::optional<CallError> Desk::over_limit(const Arrival& arrival) {
  if (options_.concurrent_max > 0 && arrival.in_flight > options_.concurrent_max) {
    return refusal(
        ErrorClass::rate_limit,
        fmt::format("Rate limit reached: {} requests at once are allowed. Please try again in 1s.",
                    options_.concurrent_max),
        std::chrono::seconds(1));
  }
  if (options_.requests_per_minute == 0) return std::nullopt;
  const auto rate = static_cast<double>(options_.requests_per_minute);
  const double passed = std::chrono::duration<double>(arrival.moment - limit_.filled).count();
  limit_.tokens = std::min(rate, limit_.tokens + passed * rate / 60);
  limit_.filled = arrival.moment;
  if (limit_.tokens >= 1) {
    limit_.tokens -= 1;
    return std::nullopt;
  }
  const double seconds = (1 - limit_.tokens) * 60 / rate;
  return refusal(
      ErrorClass::rate_limit,
      fmt::format(
          "Rate limit reached for requests per minute: Limit {}. Please try again in {:.3f}s.",
          options_.requests_per_minute, seconds),
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
}

std::optional<CallError> Desk::impossible(const Asked& asked, const Usage& usage) const {
  const Model* model = model_of(asked.model);
  if (model == nullptr || usage.input + asked.answer_tokens_max <= model->window_tokens)
    return std::nullopt;
  return refusal(ErrorClass::context_length,
                 fmt::format("This model's maximum context length is {} tokens. However, you "
                             "requested {} tokens ({} in the "
                             "messages, {} in the completion). Please reduce the length of the "
                             "messages or completion.",
                             model->window_tokens, usage.input + asked.answer_tokens_max,
                             usage.input, asked.answer_tokens_max));
}

const Fault* Desk::fault_for(const std::string& question) {
  const Fault* hit = nullptr;
  const std::uint64_t times = ledger_.times(question);
  for (std::size_t i = 0; i < options_.faults.size(); ++i) {
    const Fault& fault = options_.faults[i];
    ++counted_[i];
    const bool hits = fault.every > 0
                          ? counted_[i] % fault.every == 0
                          : draw(number_of(question), options_.seed, times, i) < fault.probability;
    if (hits && hit == nullptr) hit = &fault;
  }
  return hit;
}

std::optional<CallError> Desk::refusal_of(FaultKind kind, const Asked& asked) const {
  switch (kind) {
    case FaultKind::rate_limit:
      return refusal(ErrorClass::rate_limit, "Rate limit reached for requests. Please slow down.",
                     options_.retry_after);
    case FaultKind::quota:
      return refusal(
          ErrorClass::quota,
          "You exceeded your current quota, please check your plan and billing details.");
    case FaultKind::server_error:
      return refusal(ErrorClass::server,
                     "The server had an error while processing your request. Sorry about that!");
    case FaultKind::overloaded:
      return refusal(ErrorClass::overloaded,
                     "The engine is currently overloaded, please try again later.");
    case FaultKind::context_length:
      return refusal(ErrorClass::context_length,
                     fmt::format("This model's maximum context length is 128000 tokens. However, "
                                 "you requested {} tokens.",
                                 128000 + asked.answer_tokens_max));
    default:
      return std::nullopt;
  }
}

Answer Desk::answer_of(const Asked& asked, const std::string& question, const Fault* fault) const {
  Answer answer;
  answer.text = written(asked, number_of(question));
  answer.model = asked.model;
  answer.response_id = "chatcmpl-" + question.substr(0, 24);
  const FaultKind kind = fault == nullptr ? FaultKind::silent : fault->kind;
  if (kind == FaultKind::wrong_names) answer.text = with_wrong_names(answer.text);
  if (kind == FaultKind::prose) {
    answer.text = "Here is the documentation that you asked for:\n\n```json\n" + answer.text +
                  "\n```\n\nThe block above holds one entry for each definition.";
  }
  if (kind == FaultKind::truncated || kind == FaultKind::half_json) {
    answer.text = head_of(answer.text, answer.text.size() / 2);
  }
  if (kind == FaultKind::truncated) answer.finish = Finish::length;
  if (asked.answer_tokens_max > 0) {
    const auto most = static_cast<std::size_t>(asked.answer_tokens_max * kBytesPerToken);
    if (answer.text.size() > most) {
      answer.text = head_of(answer.text, most);
      answer.finish = Finish::length;
    }
  }
  answer.usage = Usage{};
  answer.usage->input = std::max<std::int64_t>(simulated_tokens(asked.prompt_bytes), 1);
  answer.usage->output = simulated_tokens(static_cast<std::int64_t>(answer.text.size()));
  return answer;
}

std::optional<Decision> Desk::post(const Arrival& arrival) {
  const auto found =
      std::ranges::find_if(spoken_, [&](const auto& one) { return one.api->takes(arrival.path); });
  if (found == spoken_.end()) return std::nullopt;
  const Api& api = *found->api;

  Served served;
  served.time = arrival.time;
  served.question = hex(sha256(arrival.body));
  served.traceparent = arrival.traceparent;
  served.request_id = arrival.request_id;
  ledger_.in_flight(arrival.in_flight);
  const auto refuse = [&](const CallError& error) {
    Decision decision{api.error(error)};
    served.status = decision.reply.status;
    ledger_.record(served);
    return decision;
  };

  const auto asked = api.parse({arrival.path, arrival.query, arrival.headers, arrival.body});
  if (!asked) return refuse(asked.error());
  served.model = asked->model;
  if (const auto error = over_limit(arrival)) return refuse(*error);
  const Fault* fault = fault_for(served.question);
  if (fault != nullptr) {
    served.fault = name(fault->kind);
    if (const auto error = refusal_of(fault->kind, *asked)) return refuse(*error);
  }
  const Answer answer = answer_of(*asked, served.question, fault);
  if (const auto error = impossible(*asked, *answer.usage)) return refuse(*error);

  const Model* model = model_of(asked->model);
  served.status = 200;
  served.usage = *answer.usage;
  const Prices* prices = model == nullptr ? nullptr : model->prices_at(arrival.time);
  if (prices != nullptr) served.cost = cost(*prices, served.usage);
  ledger_.record(served);
  return Decision{api.answer(answer, *asked), delivery_of(fault)};
}

}  // namespace docwright::providers::simulator
