#include "daemon/journal.h"

#include <fmt/format.h>

#include <utility>

#include "store/calls.h"
#include "store/plans.h"

namespace docwright::daemon {
namespace {

using pipeline::Job;

std::string targets_text(const std::vector<outline::Definition>& targets) {
  Json list = Json::array();
  for (const outline::Definition& target : targets) list.push_back(outline::to_json(target));
  return dump_json(list);
}

Result<std::vector<outline::Definition>> targets_of(std::string_view text) {
  const Result<Json> list = parse_json(text);
  if (!list) return std::unexpected(list.error());
  std::vector<outline::Definition> targets;
  for (const Json& each : *list) {
    auto target = outline::definition_from_json(each);
    if (!target) return std::unexpected(std::move(target.error()));
    targets.push_back(std::move(*target));
  }
  return targets;
}

store::StoredChunk to_store(const pipeline::Chunk& chunk) {
  return {.number = chunk.number,
          .begin = chunk.range.begin,
          .end = chunk.range.end,
          .scope = chunk.scope,
          .targets = targets_text(chunk.targets),
          .stored = chunk.stored};
}

store::StoredPlan to_store(const pipeline::Plan& plan) {
  store::StoredPlan stored{
      .language = std::string(name(plan.language)), .fallback = plan.fallback, .chunks = {}};
  for (const pipeline::Chunk& chunk : plan.chunks) stored.chunks.push_back(to_store(chunk));
  return stored;
}

outline::Language language_of(std::string_view text) {
  using enum outline::Language;
  for (const outline::Language each : {python, c, cpp}) {
    if (name(each) == text) return each;
  }
  return other;
}

Result<pipeline::Plan> from_store(const store::StoredPlan& stored) {
  pipeline::Plan plan{
      .language = language_of(stored.language), .fallback = stored.fallback, .chunks = {}};
  for (const store::StoredChunk& each : stored.chunks) {
    auto targets = targets_of(each.targets);
    // No trouble of the store that might pass: the job cannot go on.
    if (!targets) {
      return fail(Code::internal,
                  fmt::format("its stored chunk plan cannot be read ({}); submit the "
                              "source again, under another key",
                              targets.error().message));
    }
    plan.chunks.push_back({.number = each.number,
                           .range = {each.begin, each.end},
                           .targets = std::move(*targets),
                           .scope = each.scope,
                           .stored = each.stored});
  }
  return plan;
}

store::CallKey key_of(const Job& job, const pipeline::QuestionKey& key) {
  return {.job = job.row,
          .chunk = key.chunk,
          .step = key.step,
          .question = key.question,
          .hash = key.hash,
          .sample = key.sample};
}

store::CallEnd end_of(const pipeline::CallReport& report) {
  return {.call = report.call,
          .duration = report.duration,
          .http_status = report.status,
          .request_id = report.provider_request_id,
          .first_token = report.first_token,
          .streamed = report.streamed};
}

store::CallFailure failure_of(const providers::CallError& error) {
  return {.error_class = std::string(name(error.error_class)),
          .message = error.message,
          .code = error.code};
}

store::CallAnswer to_store(providers::Answer answer) {
  return {.text = std::move(answer.text),
          .finish = std::string(name(answer.finish)),
          .finish_raw = std::move(answer.finish_raw),
          .usage = answer.usage,
          .model = std::move(answer.model),
          .response_id = std::move(answer.response_id)};
}

providers::Finish finish_named(std::string_view text) {
  using enum providers::Finish;
  for (const providers::Finish each : {complete, length, content_filter, refusal, tool_call}) {
    if (name(each) == text) return each;
  }
  return error;
}

pipeline::RecordedAnswer from_store(store::RecordedCall call) {
  store::CallAnswer& answer = call.answer;
  return {.call = call.call,
          .answer = {.text = std::move(answer.text),
                     .finish = finish_named(answer.finish),
                     .finish_raw = std::move(answer.finish_raw),
                     .usage = answer.usage,
                     .model = std::move(answer.model),
                     .response_id = std::move(answer.response_id)},
          .charged = call.cached ? 0 : call.charged,
          .cached = call.cached,
          .saved = call.cached ? call.charged : 0};
}

pipeline::Journal::Tried from_store(store::Tried tried) {
  pipeline::Journal::Tried out{tried.attempts, tried.unknown, tried.unanswered, tried.put_off, {}};
  if (!tried.last) return out;
  out.last =
      providers::CallError{.error_class = providers::error_class_named(tried.last->error_class)
                                              .value_or(providers::ErrorClass::malformed),
                           .status = tried.last_status,
                           .message = std::move(tried.last->message),
                           .retry_after = std::nullopt,
                           .code = std::move(tried.last->code)};
  return out;
}

pipeline::IntentOutcome from_store(store::CallDecision decision, std::uint64_t asked_at) {
  if (const auto* granted = std::get_if<store::CallGranted>(&decision))
    return pipeline::Granted{granted->call};
  auto& refused = std::get<store::CallRefused>(decision);
  return pipeline::Refused{.budget = std::move(refused.words),
                           .reservations = refused.reservations,
                           .until = refused.until,
                           .paused = refused.paused,
                           .for_good = refused.for_good,
                           .asked_at = asked_at};
}

}  // namespace

StoreJournal::StoreJournal(Loop& loop, Pool& pool, store::Store& store,
                           std::optional<Duration> cache_time)
    : loop_(loop), pool_(pool), store_(store), cache_time_(cache_time), bell_(loop) {}

std::optional<Time> StoreJournal::others_since(const Job& job) const {
  if (job.fresh || !cache_time_) return std::nullopt;
  return *cache_time_ == Duration{} ? Time{} : now() - *cache_time_;
}

Task<Result<std::optional<pipeline::Plan>>> StoreJournal::plan(const Job& job) {
  auto query = [row = job.row](store::Database& database) {
    return store::load_plan(database, row);
  };
  auto stored = co_await store_.read(pool_, std::move(query));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  if (!*stored) co_return std::nullopt;
  auto plan = from_store(**stored);
  if (!plan) co_return std::unexpected(std::move(plan.error()));
  co_return std::move(*plan);
}

Task<Result<void>> StoreJournal::save_plan(const Job& job, const pipeline::Plan& plan) {
  auto change = [row = job.row, attempt = job.attempt, stored = to_store(plan),
                 now = loop_.clock().now()](store::Database& database) {
    return store::save_plan(database, row, attempt, stored, now);
  };
  co_return co_await store_.write<void>(loop_, store::Lane::completion, std::move(change));
}

Task<Result<void>> StoreJournal::divide(const Job& job, const pipeline::Chunk& first,
                                        const pipeline::Chunk& second) {
  auto change = [row = job.row, attempt = job.attempt, first = to_store(first),
                 second = to_store(second)](store::Database& database) {
    return store::divide_chunk(database, row, attempt, first, second);
  };
  co_return co_await store_.write<void>(loop_, store::Lane::completion, std::move(change));
}

Task<Result<std::optional<pipeline::RecordedAnswer>>> StoreJournal::answer(
    const Job& job, pipeline::QuestionKey key) {
  auto query = [key = key_of(job, key), since = others_since(job)](store::Database& database) {
    return store::recorded_answer(database, key, since);
  };
  auto recorded = co_await store_.read(pool_, std::move(query));
  if (!recorded) co_return std::unexpected(std::move(recorded.error()));
  if (!*recorded) co_return std::nullopt;
  co_return from_store(std::move(**recorded));
}

Task<Result<pipeline::Journal::Tried>> StoreJournal::tried(const Job& job,
                                                           pipeline::QuestionKey key) {
  auto query = [key = key_of(job, key)](store::Database& database) {
    return store::tried(database, key);
  };
  auto tried = co_await store_.read(pool_, std::move(query));
  if (!tried) co_return std::unexpected(std::move(tried.error()));
  co_return from_store(std::move(*tried));
}

Task<Result<pipeline::IntentOutcome>> StoreJournal::intend(const Job& job,
                                                           pipeline::Intent intent) {
  store::NewCall call{.key = key_of(job, intent.key),
                      .job_attempt = job.attempt,
                      .attempt = intent.attempt,
                      .provider = std::move(intent.provider),
                      .model = std::move(intent.model),
                      .key_id = std::move(intent.key_id),
                      .route = std::move(intent.route),
                      .input_tokens_max = intent.input_tokens_max,
                      .output_tokens_max = intent.output_tokens_max,
                      .bound = intent.bound,
                      .price_known = intent.price_known};
  const std::uint64_t asked_at = bell_.rings();
  auto change = [call = std::move(call), now = now()](store::Database& database) {
    return store::intend(database, call, now);
  };
  auto decision =
      co_await store_.write<store::CallDecision>(loop_, store::Lane::completion, std::move(change));
  if (!decision) co_return std::unexpected(std::move(decision.error()));
  co_return from_store(std::move(*decision), asked_at);
}

Task<void> StoreJournal::released(const pipeline::Refused& refused, Moment deadline) {
  return bell_.wait(refused.asked_at, deadline);
}

Task<Result<void>> StoreJournal::answered(const Job&, pipeline::CallReport report,
                                          providers::Answer answer, Nusd charge) {
  auto change = [end = end_of(report), answer = to_store(std::move(answer)), charge,
                 now = now()](store::Database& database) {
    return store::answered(database, end, answer, charge, now);
  };
  auto settled =
      co_await store_.write<store::Settled>(loop_, store::Lane::completion, std::move(change));
  bell_.ring();
  if (!settled) co_return std::unexpected(std::move(settled.error()));
  co_return Result<void>{};
}

Task<Result<void>> StoreJournal::failed(const Job&, pipeline::CallReport report,
                                        providers::CallError error) {
  auto change = [end = end_of(report), failure = failure_of(error),
                 now = now()](store::Database& database) {
    return store::failed(database, end, failure, now);
  };
  auto result = co_await store_.write<void>(loop_, store::Lane::completion, std::move(change));
  bell_.ring();
  co_return result;
}

Task<Result<void>> StoreJournal::unknown(const Job&, pipeline::CallReport report,
                                         providers::CallError error) {
  auto change = [end = end_of(report), failure = failure_of(error),
                 now = now()](store::Database& database) {
    return store::unknown(database, end, failure, now);
  };
  auto result = co_await store_.write<void>(loop_, store::Lane::completion, std::move(change));
  bell_.ring();
  co_return result;
}

Task<Result<std::optional<std::string>>> StoreJournal::pinned(Hash source) {
  auto query = [source](store::Database& database) { return store::outline_pin(database, source); };
  co_return co_await store_.read(pool_, std::move(query));
}

Task<Result<void>> StoreJournal::pin(Hash source, std::string reason) {
  auto change = [source, reason = std::move(reason),
                 now = now()](store::Database& database) -> Result<void> {
    store::pin_outline(database, source, reason, now);
    return {};
  };
  co_return co_await store_.write<void>(loop_, store::Lane::completion, std::move(change));
}

}  // namespace docwright::daemon
