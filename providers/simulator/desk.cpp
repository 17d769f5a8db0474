#include "providers/simulator/desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "providers/simulator/answers.h"
#include "providers/simulator/keys.h"

namespace docwright::providers::simulator {
namespace {

// Where a model is kept; without a provider, as any provider's of that name.
std::string place(std::string_view provider, std::string_view api_name) {
  return std::string(provider) + '\n' + std::string(api_name);
}

// What is asked, whatever way the answer is to come.
std::uint64_t number_of(const Asked& asked) {
  std::string all = asked.model + '\n' + dump_json(asked.schema);
  for (const Message& message : asked.messages) all += '\n' + message.role + '\n' + message.text;
  std::uint64_t number = 0;
  const Hash hash = sha256(all);
  for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8 | hash[i];
  return number;
}

CallError refused_as(ErrorClass error_class) {
  CallError error;
  error.error_class = error_class;
  return error;
}

Fit fit_of(const Asked& asked, std::int64_t window) {
  return {asked.model, window, prompt_tokens(asked), asked.answer_tokens_max};
}

Fit fit_of(const Asked& asked, const Model& model) {
  Fit fit = fit_of(asked, model.window_tokens);
  fit.input_max = model.input_tokens_max;
  fit.output_max = model.output_tokens_max;
  return fit;
}

bool is_lost(const Delivery& delivery, const Fault* fault) {
  return delivery.ending != Ending::whole ||
         (fault != nullptr && fault->kind == FaultKind::error_frame);
}

}  // namespace

struct Desk::Case {
  const Arrival& arrival;
  const Spoken& spoken;
  const Api& api;
  Served served;
  Asked asked;
  Draw draw;
  Limits::Request limit;
  const Fault* fault = nullptr;

  // Nothing where it fits.
  std::optional<CallError> misfit(const Fit& fit) const {
    auto words = api.overflow(fit);
    if (!words) return std::nullopt;
    CallError error = refused_as(ErrorClass::context_length);
    error.message = std::move(*words);
    error.context = ContextNumbers{fit.window, fit.prompt_tokens + fit.answer_tokens_max};
    return error;
  }

  std::optional<CallError> too_long_an_answer(const Fit& fit) const {
    auto words = api.too_long_an_answer(fit);
    if (!words) return std::nullopt;
    CallError error = refused_as(ErrorClass::invalid_request);
    error.message = std::move(*words);
    error.code = "invalid_value";
    return error;
  }
};

Desk::Desk(std::string name, Server server, std::int64_t seed, const Models& models,
           std::vector<Spoken> spoken, Ledger& ledger)
    : name_(std::move(name)),
      server_(std::move(server)),
      seed_(static_cast<std::uint64_t>(seed)),
      spoken_(std::move(spoken)),
      ledger_(ledger),
      limits_(server_.limits),
      faults_(server_.faults),
      cache_(server_.cache_tokens_min) {
  for (const Model* model : models.all()) {
    models_.emplace(place(model->provider, model->api_name), *model);
    models_.emplace(place({}, model->api_name), *model);
  }
}

const Model* Desk::model_of(const Spoken& spoken, std::string_view api_name) const {
  for (const std::string_view provider : {spoken.provider, std::string_view()}) {
    const auto found = models_.find(place(provider, api_name));
    if (found != models_.end()) return &found->second;
  }
  return nullptr;
}

const Prices* Desk::prices_of(const Case& at) const {
  const Model* model = model_of(at.spoken, at.asked.model);
  return model == nullptr ? nullptr : model->prices_at(at.arrival.time);
}

std::int64_t Desk::charged_tokens(const Case& at) const {
  const std::int64_t prompt = prompt_tokens(at.asked);
  switch (server_.limits.charge) {
    case TokensCharged::requested:
      return prompt + at.asked.answer_tokens_max;
    case TokensCharged::larger:
      return std::max(prompt, at.asked.answer_tokens_max);
    case TokensCharged::used:
      break;
  }
  const Answer answer = answer_of(at.asked, at.served.question, at.draw, server_.answers, nullptr);
  return prompt + answer.usage->output;
}

// The first that applies, in the order in which a provider finds out.
std::optional<CallError> Desk::refusal(Case& at) {
  if (at.arrival.body.size() > server_.body_bytes_max) return refused_as(ErrorClass::too_large);
  const std::string_view key = key_of(at.arrival.headers, at.arrival.query);
  at.served.key = key_name(key, server_.keys);
  if (const auto refused = refusal_of(key, server_.keys)) return refused_as(*refused);
  if (auto error = read_question(at)) return error;
  if (server_.limits.scope == LimitScope::model) at.limit.scope = at.asked.model;
  if (server_.limits.scope == LimitScope::key) at.limit.scope = at.served.key;
  at.limit.tokens = charged_tokens(at);
  if (auto error = limits_.take(at.limit)) return error;
  at.fault = faults_.hit(at.draw, at.asked.model, at.served.key);
  if (at.fault != nullptr) {
    at.served.fault = name(at.fault->kind);
    if (auto error = refusal_by_fault(at)) return error;
  }
  const Model* model = model_of(at.spoken, at.asked.model);
  if (model == nullptr) return std::nullopt;
  const Fit fit = fit_of(at.asked, *model);
  if (auto error = at.misfit(fit)) return error;
  return at.too_long_an_answer(fit);
}

std::optional<CallError> Desk::read_question(Case& at) {
  const Arrival& arrival = at.arrival;
  auto asked = at.api.parse({arrival.path, arrival.query, arrival.headers, arrival.body});
  if (!asked) return asked.error();
  at.asked = std::move(*asked);
  at.served.model = at.asked.model;
  at.served.stream = at.asked.stream;
  at.draw.question = number_of(at.asked);
  at.draw.times = times_[at.draw.question]++;
  const bool served = server_.models.empty() ||
                      std::ranges::find(server_.models, at.asked.model) != server_.models.end();
  return served ? std::nullopt : std::optional(refused_as(ErrorClass::not_found));
}

std::optional<CallError> Desk::refusal_by_fault(const Case& at) const {
  const Fault& fault = *at.fault;
  const FaultDescription& what = description_of(fault.kind);
  if (!what.refused_as) return std::nullopt;
  CallError error = refused_as(*what.refused_as);
  if (fault.kind == FaultKind::context_length)
    error = at.misfit(fit_of(at.asked, prompt_tokens(at.asked) - 1)).value_or(error);
  error.status = fault.status > 0 ? static_cast<int>(fault.status) : what.status;
  if (fault.retry_after > Duration::zero()) error.retry_after = fault.retry_after;
  if (!error.retry_after && fault.kind == FaultKind::rate_limit)
    error.retry_after = server_.retry_after;
  return error;
}

void Desk::charge(Case& at, const Usage& usage) const {
  at.served.usage = usage;
  if (const Prices* prices = prices_of(at)) at.served.cost = cost(*prices, usage);
}

Delivery Desk::refuse(Case& at, const CallError& error) {
  const Usage prompt{.input = prompt_tokens(at.asked)};
  const auto blocked =
      error.error_class == ErrorClass::content_filter ? at.api.blocked(prompt) : std::nullopt;
  Delivery delivery = plain(blocked ? *blocked : at.api.error(error));
  if (blocked) {
    charge(at, prompt);
  } else if (error.status > 0) {
    delivery.status = error.status;
  }
  at.served.status = delivery.status;
  add_latency(server_.latency, at.draw, 0, delivery);
  return delivery;
}

void Desk::add_cached(const Case& at, Usage& usage) {
  const bool unasked = at.api.caches_unasked();
  const PrefixCache::Found found = cache_.look_up(at.asked, unasked);
  usage.input_cached = std::min(found.cached, usage.input);
  const Prices* prices = prices_of(at);
  const bool writes_cost = prices != nullptr && prices->input_cache_write > 0;
  if (!unasked || writes_cost)
    usage.input_cache_write = std::min(found.written, usage.input - usage.input_cached);
}

Delivery Desk::serve(Case& at) {
  Answer answer = answer_of(at.asked, at.served.question, at.draw, server_.answers, at.fault);
  Usage charged = *answer.usage;
  add_cached(at, charged);
  spoil_usage(at.fault, at.asked.answer_tokens_max, charged, answer.usage);
  at.asked.usage_elsewhere = at.fault != nullptr && at.fault->kind == FaultKind::usage_elsewhere;
  Delivery delivery = delivery_of(at.api, answer, at.asked, server_, at.fault);
  add_latency(server_.latency, at.draw, charged.output, delivery);

  at.served.status = delivery.status;
  at.served.lost = is_lost(delivery, at.fault);
  charge(at, charged);
  if (!at.served.lost) delivery.at_stake = at.served.cost;
  return delivery;
}

std::optional<Delivery> Desk::post(const Arrival& arrival) {
  const auto spoken = std::ranges::find_if(
      spoken_, [&](const Spoken& one) { return one.api->takes(arrival.path); });
  if (spoken == spoken_.end()) return std::nullopt;
  Case at{arrival, *spoken, *spoken->api, {}, {}, {}, {}};
  at.served.time = arrival.time;
  at.served.server = name_;
  at.served.question = hex(sha256(arrival.body));
  at.served.traceparent = header(arrival.headers, "traceparent");
  at.served.request_id = header(arrival.headers, "x-client-request-id");
  at.draw.seed = seed_;
  at.limit.in_flight = arrival.in_flight;
  at.limit.time = arrival.time;
  at.limit.moment = arrival.moment;
  ledger_.in_flight(arrival.in_flight);

  const auto error = refusal(at);
  Delivery delivery = error ? refuse(at, *error) : serve(at);
  ledger_.record(at.served);
  const std::string id = fmt::format("req_{}{}", at.served.question.substr(0, 12), at.draw.times);
  for (Headers& more :
       std::vector<Headers>{at.api.identity(id), at.api.limits(limits_.state(at.limit))})
    std::ranges::move(more, std::back_inserter(delivery.headers));
  return delivery;
}

std::optional<Delivery> Desk::get(const Arrival& arrival) const {
  const auto spoken = std::ranges::find_if(spoken_, [&](const Spoken& one) {
    return one.api->lists(arrival.path) && one.api->is_own(arrival.headers);
  });
  if (spoken == spoken_.end()) return std::nullopt;
  const std::string_view key = key_of(arrival.headers, arrival.query);
  const auto refused = refusal_of(key, server_.keys);
  // Out of quota, a key still lists.
  if (refused && *refused != ErrorClass::quota)
    return plain(spoken->api->error(refused_as(*refused)));
  std::vector<std::string_view> names(server_.models.begin(), server_.models.end());
  if (names.empty()) {
    for (const auto& [at, model] : models_) {
      if (at == place(spoken->provider, model.api_name)) names.push_back(model.api_name);
    }
  }
  std::ranges::sort(names);
  return plain(spoken->api->models(names));
}

}  // namespace docwright::providers::simulator
