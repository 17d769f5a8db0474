#include "pipeline/call/attempt.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "pipeline/compute.h"
#include "providers/answer_reader.h"
#include "runtime/id.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

using providers::Answer;
using providers::CallError;
using providers::CallResult;
using providers::ErrorClass;

// Larger answers are read on the pool.
constexpr std::size_t kDecodeInline = std::size_t{64} << 10;
// A full disk: how often an outcome is offered to it again.
constexpr Duration kStoreAgain = std::chrono::seconds(1);
constexpr std::size_t kMessageBytesMax = 512;

Intent intent_of(const AttemptOrder& order, const Prices* prices) {
  const Inquiry& inquiry = order.inquiry;
  Intent intent;
  intent.key = inquiry.key;
  intent.attempt = order.attempt;
  intent.provider = inquiry.provider->name;
  intent.model = inquiry.model->name;
  intent.route = inquiry.route;
  intent.key_id = order.endpoint.key_id;
  intent.input_tokens_max = inquiry.input_tokens_max;
  intent.output_tokens_max = inquiry.question->answer_tokens_max;
  if (prices != nullptr) {
    intent.bound = cost_bound(*prices, intent.input_tokens_max, intent.output_tokens_max);
  }
  intent.price_known = prices != nullptr;
  return intent;
}

std::string request_id_of(const providers::Headers& headers) {
  constexpr std::array<std::string_view, 4> kNames = {"x-request-id", "request-id",
                                                      "apim-request-id", "x-trace-id"};
  for (const std::string_view wanted : kNames) {
    if (const auto found = providers::header(headers, wanted); !found.empty())
      return std::string(found.substr(0, 200));
  }
  return {};
}

// What one exchange brought, with what the journal wants to know of it.
struct Exchange {
  CallResult<Answer> answer = std::unexpected(CallError{});
  CallReport report;
};

std::string bug(std::string_view doing, const std::exception& error) {
  const std::string what =
      fmt::format("a bug of docwright kept it from {}: {}", doing, error.what());
  return to_valid_utf8(what.substr(0, kMessageBytesMax));
}

// Who answers has thrown: the call ends all the same.
template <class Work>
CallResult<Answer> guarded(Work work, bool maybe_charged) {
  try {
    return work();
  } catch (const std::exception& error) {
    return std::unexpected(CallError{.error_class = ErrorClass::malformed,
                                     .status = 0,
                                     .message = bug("reading the answer", error),
                                     .retry_after = std::nullopt,
                                     .maybe_charged = maybe_charged});
  }
}

class Attempt final {
 public:
  Attempt(const AttemptParts& parts, std::shared_ptr<const AttemptOrder> order)
      : parts_(parts),
        order_(std::move(order)),
        prices_(order_->inquiry.model->prices_at(parts.loop.clock().now())),
        intent_(intent_of(*order_, prices_)) {}

  Task<AttemptOutcome> run() {
    Result<IntentOutcome> intended = co_await parts_.journal.intend(*order_->job, intent_);
    if (!intended) co_return std::move(intended.error());
    if (auto* refused = std::get_if<Refused>(&*intended)) co_return std::move(*refused);
    exchange_.report.call = std::get<Granted>(*intended).call;
    if (!order_->still_wanted())
      co_return co_await not_sent("nobody waits for it any more", NotSent{});
    providers::HttpRequest request;
    if (!order_->inquiry.provider->local) {
      Result<providers::HttpRequest> encoded = encode();
      if (!encoded) co_return co_await not_sent(encoded.error().message, encoded.error());
      request = std::move(*encoded);
    }

    order_->sending(intent_.bound);
    const Moment begin = parts_.loop.clock().moment();
    if (order_->inquiry.provider->local) {
      co_await ask_locally();
    } else {
      co_await ask_far_away(std::move(request));
    }
    order_->received();
    exchange_.report.duration = parts_.loop.clock().moment() - begin;
    tell(exchange_.answer ? exchange_.answer->text : std::string_view(), true);
    const Result<void> recorded = co_await record();
    count();
    if (!recorded) co_return recorded.error();
    if (!exchange_.answer) co_return exchange_.answer.error();
    co_return RecordedAnswer{exchange_.report.call, std::move(*exchange_.answer), charge_, false};
  }

 private:
  Task<AttemptOutcome> not_sent(std::string why, AttemptOutcome outcome) {
    CallError error;
    error.error_class = ErrorClass::cancelled;
    error.message = "not sent: " + why;
    const Result<void> recorded =
        co_await parts_.journal.failed(*order_->job, exchange_.report, error);
    if (!recorded) co_return recorded.error();
    co_return outcome;
  }

  Result<providers::HttpRequest> encode() const {
    const Inquiry& inquiry = order_->inquiry;
    try {
      return inquiry.provider->codec->encode(*inquiry.question, inquiry.model->dialect,
                                             order_->endpoint, inquiry.streams());
    } catch (const std::exception& error) {
      return fail(Code::internal, bug("writing the request", error));
    }
  }

  Task<void> ask_locally() {
    auto work = [provider = order_->inquiry.provider, question = order_->inquiry.question] {
      return guarded([&] { return provider->local->answer(*question); }, false);
    };
    const auto bytes = static_cast<std::size_t>(order_->inquiry.input_tokens_max);
    exchange_.answer = co_await compute(parts_.pool, bytes, std::move(work));
  }

  Task<void> ask_far_away(providers::HttpRequest request) {
    const Inquiry& inquiry = order_->inquiry;
    request.headers.emplace_back("traceparent", child_traceparent(order_->job->traceparent));
    request.headers.emplace_back(
        "X-Client-Request-Id",
        fmt::format("{}.{}.{}.{}.{}", order_->job->id, inquiry.key.chunk, inquiry.key.step,
                    inquiry.key.question, order_->attempt));
    const providers::AnswerReader::Asked asked{*inquiry.provider->codec, *inquiry.question,
                                               inquiry.model->dialect, order_->endpoint.key,
                                               inquiry.streams()};
    providers::AnswerReader reader(parts_.loop.clock(), asked, order_->heard,
                                   [this](std::string_view text) { tell(text, false); });
    const Moment begin = parts_.loop.clock().moment();
    // Not until the job's own deadline: an answer that comes after it is paid all the same, and
    // kept.
    CallResult<void> sent = co_await send(std::move(request), begin + inquiry.time_limit, reader);
    CallReport& report = exchange_.report;
    report.status = sent ? reader.status() : sent.error().status;
    report.provider_request_id = request_id_of(reader.headers());
    report.streamed = reader.streamed();
    if (const auto first = reader.first_text()) report.first_token = *first - begin;
    auto work = [&reader, &sent] {
      return guarded([&] { return sent ? reader.end() : reader.end(std::move(sent.error())); },
                     true);
    };
    const bool at_once = reader.left() <= kDecodeInline;
    exchange_.answer = at_once ? work() : co_await parts_.pool.run(work);
  }

  void tell(std::string_view text, bool last) const {
    if (parts_.listener == nullptr) return;
    parts_.listener->wrote(*order_->job, order_->inquiry.key, order_->attempt,
                           {text, last, order_->endpoint.key});
  }

  Task<CallResult<void>> send(providers::HttpRequest request, Moment deadline,
                              providers::AnswerReader& reader) {
    try {
      co_return co_await parts_.sender.send(std::move(request), deadline, reader);
    } catch (const boost::system::system_error& error) {
      if (error.code() != boost::asio::error::operation_aborted || !order_->is_cut()) throw;
    }
    // The task goes on: what became of the call is to be written down.
    co_await boost::asio::this_coro::reset_cancellation_state(
        boost::asio::enable_terminal_cancellation());
    co_return std::unexpected(
        CallError{.error_class = ErrorClass::cancelled,
                  .message = "cut by a cancel; whether the provider answered is not known",
                  .maybe_charged = true});
  }

  // An outcome that the disk has no room for is offered again: what was paid must not be lost while
  // the daemon lives.
  Task<Result<void>> record() {
    for (;;) {
      Result<void> recorded = co_await record_once();
      const bool again = !recorded && (recorded.error().code == Code::no_space ||
                                       recorded.error().code == Code::busy);
      if (!again) co_return recorded;
      co_await parts_.loop.sleep(kStoreAgain);
    }
  }

  Task<Result<void>> record_once() {
    const Job& job = *order_->job;
    if (!exchange_.answer) {
      const CallError& error = exchange_.answer.error();
      if (error.maybe_charged)
        co_return co_await parts_.journal.unknown(job, exchange_.report, error);
      co_return co_await parts_.journal.failed(job, exchange_.report, error);
    }
    charge_ = intent_.bound;
    if (const auto& usage = exchange_.answer->usage; usage && prices_ != nullptr) {
      charge_ = cost(*prices_, *usage);
    }
    co_return co_await parts_.journal.answered(job, exchange_.report, *exchange_.answer, charge_);
  }

  void count() {
    Operation operation;
    operation.kind = "call";
    operation.name = order_->inquiry.key.step;
    operation.outcome =
        exchange_.answer ? "ok" : providers::name(exchange_.answer.error().error_class);
    operation.job = order_->job.get();
    operation.provider = intent_.provider;
    operation.model = intent_.model;
    operation.duration = exchange_.report.duration;
    operation.cost = charge_;
    if (exchange_.answer && exchange_.answer->usage) {
      operation.tokens_in = exchange_.answer->usage->input;
      operation.tokens_out = exchange_.answer->usage->output;
    }
    parts_.metrics.record(operation);
  }

  const AttemptParts parts_;
  const std::shared_ptr<const AttemptOrder> order_;
  const Prices* const prices_;  // when it was asked; nullptr: unknown
  const Intent intent_;
  Exchange exchange_;
  Nusd charge_ = 0;
};

}  // namespace

Task<AttemptOutcome> attempt(AttemptParts parts, std::shared_ptr<const AttemptOrder> order) {
  Attempt attempt(parts, std::move(order));
  co_return co_await attempt.run();
}

}  // namespace docwright::pipeline
