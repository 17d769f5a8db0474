// What follows from what came of an attempt: whether it is repeated, what is waited for, who else
// may be asked.
#include <fmt/format.h>

#include <algorithm>

#include "pipeline/call/lead.h"

namespace docwright::pipeline {
namespace {

using providers::CallError;
using providers::ErrorClass;

// With others to ask: how often an error that may pass is tried again before.
constexpr int kRetriesBeforeOthers = 2;
// Calls whose outcome nobody knows cost their bound each. Where a provider takes requests and never
// answers, a question is asked twice; once more in each later run of its job, and not at all after
// so many. Where a daemon is killed over and over, so many outcomes are lost.
constexpr int kUnansweredAtOnce = 2;
constexpr int kUnansweredEver = 4;
constexpr int kUnknownsEver = 16;
// How long a parked job waits where nothing says when to ask again.
constexpr Duration kBudgetAgain = std::chrono::seconds(30);
constexpr Duration kProviderAgain = std::chrono::minutes(2);

std::string_view advice(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::permission:
      return "; check what the key is allowed to use";
    case ErrorClass::not_found:
      return "; check the model's name and the provider's address";
    case ErrorClass::context_length:
    case ErrorClass::too_large:
      return "; lower the chunk step's limit_tokens or the call's answer_tokens_max";
    case ErrorClass::invalid_request:
      return "; check the call's parameters";
    case ErrorClass::content_filter:
      return "; the provider's filter refuses this text";
    default:
      return "";
  }
}

// A server that was started with less than the model can take, mostly.
std::string smaller_window(const CallError& error, const providers::Model& model) {
  if (error.error_class != ErrorClass::context_length || !error.context) return {};
  const std::int64_t window = error.context->window;
  if (window <= 0 || window >= model.window_tokens) return {};
  return fmt::format("; it takes {} tokens, not {}: models.{}.window_tokens should say so", window,
                     model.window_tokens, model.name);
}

// A verdict on the question itself, which asking again would only repeat. (What `cancelled` says
// of a call that an earlier run did not send is none.)
bool is_permanent(const CallError& error) {
  switch (error.error_class) {
    case ErrorClass::quota:
    case ErrorClass::auth:
    case ErrorClass::cancelled:
      return false;
    default:
      return !error.transient();
  }
}

std::string times(int count) {
  return count == 1 ? std::string("once") : fmt::format("{} times", count);
}

}  // namespace

int CallDesk::Lead::retries() const {
  return patience_ == Patience::moves_on ? std::min(inquiry_.retries, kRetriesBeforeOthers)
                                         : inquiry_.retries;
}

// What earlier runs of the job have tried; nothing: it is asked (again).
CallDesk::Lead::Ended CallDesk::Lead::after_earlier_runs(const Journal::Tried& tried) {
  attempts_ = tried.attempts;
  unknowns_ = tried.unknown;
  unanswered_ = tried.unanswered;
  // Whatever was used up before, a job that was taken up again asks once more.
  failures_ = std::clamp(tried.attempts - tried.unknown - tried.put_off, 0, inquiry_.retries);
  if (auto stop = past_unknowns()) return end(std::move(*stop), Elsewhere::nowhere);
  if (unanswered_ >= kUnansweredEver)
    return end(Failed{no_answer(times(unanswered_) + ", and only a retry asks again")},
               Elsewhere::anybody);
  // Another chunk has kept the job open since; that makes this question no better.
  if (tried.last && is_permanent(*tried.last))
    return end(Failed{refusal(*tried.last)}, elsewhere_after(tried.last->error_class));
  return std::nullopt;
}

// What a crash left behind, by the pipeline's own policy.
std::optional<Stop> CallDesk::Lead::past_unknowns() const {
  if (unknowns_ == 0) return std::nullopt;
  const std::string what =
      fmt::format("{}: the outcome of a call is not known ({}); it stays charged at its bound",
                  asked_about(), times(unknowns_));
  if (inquiry_.on_unknown == OnUnknown::park) {
    return Parked{"unknown", what + ". Cancel and retry the job to ask again", std::nullopt};
  }
  if (inquiry_.on_unknown == OnUnknown::fail || unknowns_ >= kUnknownsEver) {
    return Failed{Error{Code::call_failed, what}};
  }
  return std::nullopt;
}

Error CallDesk::Lead::no_answer(std::string_view times) const {
  return Error{Code::call_failed,
               fmt::format("{}: no answer came, {}; each of these calls stays charged at its bound",
                           asked_about(), times)};
}

Task<CallDesk::Lead::Ended> CallDesk::Lead::after(AttemptOutcome outcome) {
  if (auto* answer = std::get_if<RecordedAnswer>(&outcome)) {
    co_return std::move(*answer);
  }
  if (auto* refused = std::get_if<Refused>(&outcome))
    co_return co_await after_refusal(std::move(*refused));
  if (auto* error = std::get_if<Error>(&outcome)) co_return store_failed(*error);
  if (auto* error = std::get_if<CallError>(&outcome)) {
    ++attempts_;
    refused_since_.reset();
    co_return co_await after_error(std::move(*error));
  }
  co_return std::nullopt;  // NotSent: the gate says why
}

// Reservations of others settle soon: they are waited for. What is spent stays spent: the job
// parks until there is more, or fails where there will never be.
Task<CallDesk::Lead::Ended> CallDesk::Lead::after_refusal(Refused refused) {
  if (refused.paused)
    co_return end(Parked{"paused", std::move(refused.budget), std::nullopt}, Elsewhere::nowhere);
  // What has no price has no bound that others could be below.
  const bool priced = inquiry_.model->prices_at(now()) != nullptr;
  const Elsewhere elsewhere = priced ? Elsewhere::cheaper : Elsewhere::anybody;
  if (refused.for_good) {
    co_return end(
        Failed{Error{Code::budget_exceeded, fmt::format("{}: {}", asked_about(), refused.budget)}},
        elsewhere);
  }
  const Moment moment = desk_.outside_.loop.clock().moment();
  if (!refused_since_) refused_since_ = moment;
  const Moment patience = *refused_since_ + kWaitMax;
  if (refused.reservations && moment < patience) {
    co_await desk_.outside_.journal.released(refused, patience);
    co_return std::nullopt;
  }
  if (refused.reservations && !refused.until) refused.until = now() + kBudgetAgain;
  co_return end(Parked{"budget", std::move(refused.budget), refused.until}, elsewhere);
}

Task<CallDesk::Lead::Ended> CallDesk::Lead::after_error(CallError error) {
  if (error.maybe_charged) co_return co_await after_unknown(std::move(error));
  switch (error.error_class) {
    case ErrorClass::rate_limit:
      co_return std::nullopt;  // its quota group says until when
    case ErrorClass::quota:
      co_return std::nullopt;
    case ErrorClass::auth:
      if (!doors_[door_].endpoint.key.empty()) co_return std::nullopt;  // the next key, if any
      co_return end(
          Parked{"no_credentials",
                 fmt::format("{}: the provider wants a key {}", asked_about(), said(error)),
                 now() + kKeyAgain},
          Elsewhere::anybody);
    case ErrorClass::permission:
      // This key may not; another one may.
      if (doors_.size() < 2) break;
      doors_.erase(doors_.begin() + static_cast<std::ptrdiff_t>(door_));
      co_return std::nullopt;
    default:
      break;
  }
  if (error.transient()) co_return co_await after_transient(std::move(error));
  co_return end_for_all(error);
}

Error CallDesk::Lead::refusal(const CallError& error) const {
  return Error{Code::call_failed,
               fmt::format("{}: the provider refused {}{}{}{}", asked_about(), said(error),
                           error.maybe_charged ? "; the call stays charged at its bound" : "",
                           advice(error.error_class), smaller_window(error, *inquiry_.model))};
}

// The lost call stays charged; whether it is repeated is the pipeline's to say.
Task<CallDesk::Lead::Ended> CallDesk::Lead::after_unknown(CallError error) {
  ++unknowns_;
  ++unanswered_;
  // What it cost is not known; what would come of asking again is.
  if (is_permanent(error)) co_return end_for_all(error);
  if (inquiry_.on_unknown != OnUnknown::repeat) co_return end(*past_unknowns(), Elsewhere::nowhere);
  if (unanswered_ >= std::min(kUnansweredAtOnce, inquiry_.retries + 1) ||
      unknowns_ >= kUnknownsEver)
    co_return end(Failed{no_answer(fmt::format("{} {}", times(unanswered_), said(error)))},
                  elsewhere_after(error.error_class));
  const Duration delay = retry_delay(error, unanswered_ - 1, desk_.outside_.random);
  co_return co_await wait(delay, "provider_down",
                          fmt::format("{}: no answer came {}", asked_about(), said(error)));
}

Task<CallDesk::Lead::Ended> CallDesk::Lead::after_transient(CallError error) {
  const std::string detail =
      fmt::format("{}: tried {}, the last time {}", asked_about(), times(attempts_), said(error));
  if (failures_ >= retries()) {
    // Nobody there at all: that is no verdict about the job.
    if (error.error_class == ErrorClass::connect) {
      co_return co_await wait(kProviderAgain, "provider_down", detail);
    }
    co_return end(Failed{Error{Code::call_failed, detail}}, elsewhere_after(error.error_class));
  }
  const Duration delay = retry_delay(error, failures_++, desk_.outside_.random);
  co_return co_await wait(
      delay, error.error_class == ErrorClass::rate_limit ? "rate_limit" : "provider_down", detail);
}

// The same question would get the same refusal: those who wait for it need not send it again.
CallDesk::Lead::Ended CallDesk::Lead::end_for_all(const CallError& error) {
  const Served served =
      std::unexpected(Declined{Failed{refusal(error)}, elsewhere_after(error.error_class)});
  flight_->landing->shared = served;
  return served;
}

}  // namespace docwright::pipeline
