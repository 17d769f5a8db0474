#include "store/calls.h"

#include <fmt/core.h>

#include "store/events.h"
#include "store/ledger.h"
#include "store/names.h"
#include "store/pauses.h"

namespace docwright::store {
namespace {

std::int64_t microseconds(Duration duration) {
  return duration.count();
}

// What of the job an intent depends on.
struct Asker {
  std::string id, pipeline;
  std::int64_t tenant = 0, retries = 0;
};

Result<Asker> asker(Database& database, const NewCall& call) {
  auto row = database.statement(
      "SELECT j.id, l.pipeline, j.tenant, j.retries, j.state, j.attempt FROM jobs j "
      "JOIN lanes l USING (lane) WHERE j.job = ?1");
  if (!row.bind(call.key.job).step() || row.text(4) != "running" ||
      row.integer(5) != call.job_attempt) {
    return fail(Code::conflict, fmt::format("job {} is not running in attempt {} any more",
                                            call.key.job, call.job_attempt));
  }
  return Asker{std::string(row.text(0)), std::string(row.text(1)), row.integer(2), row.integer(3)};
}

// The call of exactly this attempt, if it was granted before.
Result<std::optional<std::int64_t>> granted_before(Database& database, const NewCall& call,
                                                   std::int64_t retries) {
  auto row = database.statement(
      "SELECT call, state FROM call_journal WHERE job = ?1 AND chunk = ?2 AND step = ?3 "
      "AND question = ?4 AND retries = ?5 AND attempt = ?6 AND hash = ?7");
  const CallKey& key = call.key;
  row.bind(key.job, key.chunk, key.step, key.question, retries, call.attempt, key.hash);
  if (!row.step()) return std::nullopt;
  if (row.text(1) != "intent") {
    return fail(Code::conflict, fmt::format("attempt {} of this question has ended: {}",
                                            call.attempt, row.text(1)));
  }
  return row.integer(0);
}

CallRefused refused_by_pause(Database& database, std::string_view pipeline) {
  CallRefused refused;
  refused.paused = true;
  for (const Pause& pause : pauses(database)) {
    if (!pause.pipeline.empty() && pause.pipeline != pipeline) continue;
    refused.words =
        fmt::format("{} is paused{}{}",
                    pause.pipeline.empty() ? "everything" : "pipeline '" + pause.pipeline + "'",
                    pause.reason.empty() ? "" : ": ", pause.reason);
    break;
  }
  return refused;
}

std::int64_t insert_intent(Database& database, const NewCall& call, const Asker& asker,
                           const Amount& bound, Time now) {
  const CallKey& key = call.key;
  database
      .statement(
          "INSERT INTO call_journal (job, chunk, step, question, retries, attempt, state, tenant, "
          "hash, job_attempt, provider, model, created, bound_nusd, bound_tokens, price_known, "
          "sample, key_id, route) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'intent', ?7, ?8, ?9, ?10, ?11, "
          "?12, ?13, ?14, ?15, ?16, ?17, ?18)")
      .bind(key.job, key.chunk, key.step, key.question, asker.retries, call.attempt, asker.tenant,
            key.hash, call.job_attempt, call.provider, call.model, now, bound.nusd, bound.tokens,
            call.price_known, key.sample, call.key_id, call.route)
      .run();
  return database.last_rowid();
}

// A call's row as its end needs it.
struct Open {
  std::int64_t call = 0, job = 0;
  std::string state;
  Amount bound;
};

// Nothing: the call has ended as `target` already.
Result<std::optional<Open>> open_call(Database& database, std::int64_t call,
                                      std::string_view target) {
  auto row = database.statement(
      "SELECT state, job, bound_nusd, bound_tokens FROM call_journal WHERE call = ?1");
  if (!row.bind(call).step()) {
    return fail(Code::not_found, fmt::format("there is no call {}", call));
  }
  const std::string_view state = row.text(0);
  if (state == target) return std::nullopt;
  if (state != "intent" && state != "unknown") {
    return fail(Code::conflict, fmt::format("call {} has ended already: {}", call, state));
  }
  return Open{call, row.integer(1), std::string(state), {row.integer(2), row.integer(3)}};
}

Entry entry_of(const Open& open) {
  return open.state == "unknown" ? Entry::unknown : Entry::reserved;
}

// The sums kept with the job and over all.
void add_up(Database& database, const Open& open, bool ends_unknown, Nusd charged,
            const Usage& usage) {
  const bool was_unknown = open.state == "unknown";
  const int calls = was_unknown ? 0 : 1;
  const int unknown = static_cast<int>(ends_unknown) - static_cast<int>(was_unknown);
  const Nusd more = charged - (was_unknown ? open.bound.nusd : 0);
  database
      .statement(
          "UPDATE jobs SET calls = calls + ?2, calls_unknown = calls_unknown + ?3, "
          "charged_nusd = charged_nusd + ?4, tokens_in = tokens_in + ?5, "
          "tokens_out = tokens_out + ?6 WHERE job = ?1")
      .bind(open.job, calls, unknown, more, usage.input, usage.output)
      .run();
  database
      .statement(
          "UPDATE totals SET calls = calls + ?1, calls_unknown = calls_unknown + ?2, "
          "charged_nusd = charged_nusd + ?3, tokens_in = tokens_in + ?4, "
          "tokens_out = tokens_out + ?5")
      .bind(calls, unknown, more, usage.input, usage.output)
      .run();
}

void record_overrun(Database& database, const Open& open, const Amount& charged, Time now) {
  const Nusd nusd = std::max<Nusd>(0, charged.nusd - open.bound.nusd);
  const std::int64_t tokens = std::max<std::int64_t>(0, charged.tokens - open.bound.tokens);
  if (nusd == 0 && tokens == 0) return;
  database.statement("INSERT INTO overruns (call, nusd, tokens, at) VALUES (?1, ?2, ?3, ?4)")
      .bind(open.call, nusd, tokens, now)
      .run();
  append_event(database, "daemon",
               {{"event", "overrun"}, {"call", open.call}, {"cost_nusd", nusd}, {"tokens", tokens}},
               now);
}

// The two ends without an answer.
Result<void> end_without_answer(Database& database, const CallEnd& end, const CallFailure& failure,
                                bool charged, Time now) {
  const std::string_view target = charged ? "unknown" : "failed";
  const auto found = open_call(database, end.call, target);
  if (!found) return std::unexpected(found.error());
  if (!*found) return {};
  const Open& open = **found;
  const Amount charge = charged ? open.bound : Amount{};
  database
      .statement(
          "UPDATE call_journal SET state = ?2, ended = ?3, charged_nusd = ?4, charged_tokens = ?5, "
          "duration = ?6, http_status = ?7, request_id = ?8, first_token = ?9, streamed = ?10, "
          "error_class = ?11, error = ?12, error_code = nullif(?13, '') WHERE call = ?1")
      .bind(end.call, target, now, charge.nusd, charge.tokens, microseconds(end.duration),
            end.http_status, end.request_id, end.first_token.transform(microseconds), end.streamed,
            failure.error_class, failure.message, failure.code)
      .run();
  move_entry(database, end.call, entry_of(open), charged ? Entry::unknown : Entry::released,
             open.bound, charge);
  add_up(database, open, charged, charge.nusd, Usage{});
  return {};
}

// The call that has the question's own answer; else the latest of the tenant's whose answer still
// serves others.
std::optional<std::int64_t> answered_call(Database& database, const CallKey& key,
                                          std::optional<Time> others_since) {
  auto own = database.statement(
      "SELECT call FROM call_journal WHERE job = ?1 AND chunk = ?2 AND step = ?3 "
      "AND question = ?4 AND hash = ?5 AND state = 'answered' ORDER BY call DESC LIMIT 1");
  if (own.bind(key.job, key.chunk, key.step, key.question, key.hash).step()) return own.integer(0);
  if (!others_since) return std::nullopt;
  auto any = database.statement(
      "SELECT c.call FROM call_journal c "
      "WHERE c.state = 'answered' AND c.tenant = (SELECT tenant FROM jobs WHERE job = ?1) "
      "AND c.hash = ?2 AND c.ended >= ?3 AND NOT EXISTS (SELECT 1 FROM cache_clearings x "
      "WHERE (x.model = '' OR x.model = c.model) AND c.ended <= x.until) "
      "ORDER BY c.call DESC LIMIT 1");
  if (any.bind(key.job, key.hash, *others_since).step()) return any.integer(0);
  return std::nullopt;
}

}  // namespace

Result<CallDecision> intend(Database& database, const NewCall& call, Time now) {
  const auto job = asker(database, call);
  if (!job) return std::unexpected(job.error());
  const auto before = granted_before(database, call, job->retries);
  if (!before) return std::unexpected(before.error());
  if (*before) return CallGranted{**before};
  if (is_paused(database, job->pipeline)) return refused_by_pause(database, job->pipeline);
  const auto windows = applicable_windows(database, call.key.job, now);
  if (auto refused = refusal(windows, call, now)) return std::move(*refused);
  const Amount bound{call.bound, call.input_tokens_max + call.output_tokens_max};
  const std::int64_t row = insert_intent(database, call, *job, bound, now);
  reserve(database, windows, row, bound);
  return CallGranted{row};
}

Result<Settled> answered(Database& database, const CallEnd& end, const CallAnswer& answer,
                         Nusd charge, Time now) {
  const auto found = open_call(database, end.call, "answered");
  if (!found) return std::unexpected(found.error());
  if (!*found) return Settled{};
  const Open& open = **found;
  const auto& usage = answer.usage;
  const Amount charged{charge, usage ? usage->input + usage->output : open.bound.tokens};
  const auto part = [&](std::int64_t Usage::* member) {
    return usage ? std::optional((*usage).*member) : std::nullopt;
  };
  const std::int64_t text = answer_row(database, answer.text);
  database
      .statement(
          "UPDATE call_journal SET state = 'answered', ended = ?2, charged_nusd = ?3, "
          "charged_tokens = ?4, duration = ?5, http_status = ?6, request_id = ?7, answer = ?8, "
          "finish = ?9, finish_raw = ?10, answered_by = ?11, response_id = ?12, tokens_in = ?13, "
          "tokens_cached = ?14, tokens_cache_write = ?15, tokens_out = ?16, "
          "tokens_reasoning = ?17, first_token = ?18, streamed = ?19, "
          "tokens_cache_write_1h = ?20, error_class = NULL, error = NULL, error_code = NULL "
          "WHERE call = ?1")
      .bind(end.call, now, charged.nusd, charged.tokens, microseconds(end.duration),
            end.http_status, end.request_id, text, answer.finish, answer.finish_raw, answer.model,
            answer.response_id, part(&Usage::input), part(&Usage::input_cached),
            part(&Usage::input_cache_write), part(&Usage::output), part(&Usage::reasoning),
            end.first_token.transform(microseconds), end.streamed,
            part(&Usage::input_cache_write_1h))
      .run();
  move_entry(database, end.call, entry_of(open), Entry::settled, open.bound, charged);
  add_up(database, open, false, charge, usage.value_or(Usage{}));
  record_overrun(database, open, charged, now);
  return Settled{std::max<Nusd>(0, charged.nusd - open.bound.nusd)};
}

Result<void> failed(Database& database, const CallEnd& end, const CallFailure& failure, Time now) {
  return end_without_answer(database, end, failure, false, now);
}

Result<void> unknown(Database& database, const CallEnd& end, const CallFailure& failure, Time now) {
  return end_without_answer(database, end, failure, true, now);
}

std::optional<RecordedCall> recorded_answer(Database& database, const CallKey& key,
                                            std::optional<Time> others_since) {
  const auto call = answered_call(database, key, others_since);
  if (!call) return std::nullopt;
  auto row = database.statement(
      "SELECT a.body, c.finish, c.finish_raw, c.answered_by, c.response_id, c.charged_nusd, "
      "c.tokens_in, c.tokens_cached, c.tokens_cache_write, c.tokens_out, c.tokens_reasoning, "
      "c.job, "
      "coalesce(c.tokens_cache_write_1h, 0) FROM call_journal c JOIN answers a USING (answer) "
      "WHERE c.call = ?1");
  if (!row.bind(*call).step()) return std::nullopt;
  RecordedCall found;
  found.call = *call;
  found.answer.text = row.text(0);
  found.answer.finish = row.text(1);
  found.answer.finish_raw = row.text(2);
  found.answer.model = row.text(3);
  found.answer.response_id = row.text(4);
  found.charged = row.integer(5);
  if (!row.is_null(6)) {
    found.answer.usage = Usage{row.integer(6), row.integer(7),  row.integer(8),
                               row.integer(9), row.integer(10), row.integer(12)};
  }
  found.cached = row.integer(11) != key.job;
  return found;
}

Tried tried(Database& database, const CallKey& key) {
  auto row = database.statement(
      "SELECT state = 'unknown', error_class IN ('rate_limit', 'quota', 'auth', 'cancelled'), "
      "error_class, error, coalesce(http_status, 0), coalesce(error_code, ''), "
      "duration IS NOT NULL AND error_class <> 'cancelled' FROM call_journal "
      "WHERE job = ?1 AND chunk = ?2 AND step = ?3 AND question = ?4 AND hash = ?5 "
      "AND retries = (SELECT retries FROM jobs WHERE job = ?1) "
      "AND state IN ('failed', 'unknown') ORDER BY attempt");
  row.bind(key.job, key.chunk, key.step, key.question, key.hash);
  Tried tried;
  while (row.step()) {
    const bool is_unknown = row.integer(0) != 0;
    ++tried.attempts;
    tried.unknown += static_cast<int>(is_unknown);
    tried.unanswered += static_cast<int>(is_unknown && row.integer(6) != 0);
    tried.put_off += static_cast<int>(!is_unknown && row.integer(1) != 0);
    tried.last.reset();
    if (!is_unknown) {
      tried.last = CallFailure{.error_class = std::string(row.text(2)),
                               .message = std::string(row.text(3)),
                               .code = std::string(row.text(5))};
    }
    tried.last_status = static_cast<int>(row.integer(4));
  }
  return tried;
}

InFlight calls_in_flight(Database& database) {
  auto row = database.statement(
      "SELECT count(*), coalesce(sum(bound_nusd), 0) FROM call_journal WHERE state = 'intent'");
  row.step();
  return {row.integer(0), row.integer(1)};
}

}  // namespace docwright::store
