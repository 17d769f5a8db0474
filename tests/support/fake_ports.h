// The pipeline's outside in memory: a disk that can die at any operation, and the Journal,
// Documents and Metrics that write to it. What was written survives; who wrote does not.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pipeline/call/latch.h"
#include "pipeline/ports.h"

namespace docwright::test {

using namespace docwright::pipeline;

// Counts operations. At number `die_at` it stops the world: the operation is done or not, and
// nobody hears of it again.
class Disk final {
 public:
  explicit Disk(Loop& loop) : loop_(loop), never_(loop) {}

  int operations = 0;
  int die_at = std::numeric_limits<int>::max();
  bool dies_after_writing = false;
  bool dead = false;
  std::optional<Error> failure;  // of every operation, while it is set

  // Runs `change` as one operation.
  Task<Result<void>> operate(std::function<void()> change) {
    // Others run in between, as with a real disk.
    co_await loop_.sleep_until(loop_.clock().moment());
    if (dead) co_await never_.wait();
    if (++operations >= die_at) {
      dead = true;
      if (dies_after_writing) change();
      co_await never_.wait();
    }
    if (failure) co_return std::unexpected(*failure);
    change();
    co_return Result<void>{};
  }

 private:
  Loop& loop_;
  Latch never_;
};

class MemoryJournal final : public Journal {
 public:
  struct Call {
    std::int64_t id = 0;
    std::int64_t job = 0;
    std::string tenant;
    QuestionKey key;
    int attempt = 0;
    std::string provider, model, key_id, route;
    std::string state;  // intent, answered, failed, unknown
    Nusd bound = 0, charge = 0;
    providers::Answer answer;
    std::optional<providers::CallError> error;
    std::string request_id;
    std::optional<Duration> first_token;
    bool streamed = false;
  };

  MemoryJournal(Loop& loop, Disk& disk) : loop_(loop), disk_(disk) {}

  std::map<std::int64_t, Plan> plans;
  std::vector<Call> calls;
  std::map<std::string, std::string> pins;
  std::optional<Nusd> limit;                // of all money
  std::map<std::int64_t, Nusd> job_limits;  // of a job's own
  bool refuses_paused = false;
  Nusd most_committed = 0;

  // What the start of a daemon does: calls without an outcome are unknown from now on, and stay
  // charged.
  void recover() {
    for (Call& call : calls) {
      if (call.state == "intent") call.state = "unknown", call.charge = call.bound;
    }
  }
  Nusd committed() const {
    Nusd sum = 0;
    for (const Call& call : calls) sum += call.state == "intent" ? call.bound : call.charge;
    return sum;
  }
  Nusd committed(std::int64_t job, bool reserved) const {
    Nusd sum = 0;
    for (const Call& call : calls) {
      if (call.job != job) continue;
      sum += call.state != "intent" ? call.charge : reserved ? call.bound : 0;
    }
    return sum;
  }
  int count(std::string_view state) const {
    return static_cast<int>(std::ranges::count(calls, state, &Call::state));
  }

  Task<Result<std::optional<Plan>>> plan(const Job& job) override {
    std::optional<Plan> found;
    auto look = [&] {
      if (const auto known = plans.find(job.row); known != plans.end()) found = known->second;
    };
    const Result<void> done = co_await disk_.operate(look);
    if (!done) co_return std::unexpected(done.error());
    co_return found;
  }
  Task<Result<void>> save_plan(const Job& job, const Plan& plan) override {
    auto write = [this, row = job.row, plan] { plans.emplace(row, plan); };
    co_return co_await disk_.operate(write);
  }

  Task<Result<void>> divide(const Job& job, const Chunk& first, const Chunk& second) override {
    auto write = [this, row = job.row, first, second] {
      Plan& plan = plans.at(row);
      plan.chunks.at(static_cast<std::size_t>(first.number)) = first;
      plan.chunks.push_back(second);
    };
    co_return co_await disk_.operate(write);
  }

  Task<Result<std::optional<RecordedAnswer>>> answer(const Job& job, QuestionKey key) override {
    std::optional<RecordedAnswer> found;
    auto look = [&] {
      for (const Call& call : calls) {
        if (call.state != "answered" || call.tenant != job.tenant || call.key.hash != key.hash)
          continue;
        if (call.job != job.row && (job.fresh || found)) continue;
        const bool own = call.job == job.row;
        found = RecordedAnswer{.call = call.id,
                               .answer = call.answer,
                               .charged = own ? call.charge : 0,
                               .cached = !own,
                               .saved = own ? 0 : call.charge};
        if (own) return;
      }
    };
    const Result<void> done = co_await disk_.operate(look);
    if (!done) co_return std::unexpected(done.error());
    co_return found;
  }
  Task<Result<Tried>> tried(const Job& job, QuestionKey key) override {
    Tried tried;
    auto look = [&] {
      for (const Call& call : calls) {
        if (call.job != job.row || call.key.hash != key.hash || call.key.question != key.question)
          continue;
        if (call.state == "answered" || call.state == "intent") continue;
        ++tried.attempts;
        tried.unknown += call.state == "unknown" ? 1 : 0;
        // Only what a killed daemon left behind has no error.
        tried.unanswered += call.state == "unknown" && call.error ? 1 : 0;
        tried.put_off += call.state == "failed" && says_nothing(*call.error) ? 1 : 0;
        tried.last = call.state == "failed" ? call.error : std::nullopt;
      }
    };
    const Result<void> done = co_await disk_.operate(look);
    if (!done) co_return std::unexpected(done.error());
    co_return tried;
  }

  Task<Result<IntentOutcome>> intend(const Job& job, Intent intent) override {
    IntentOutcome outcome = Refused{};
    auto write = [&outcome, this, row = job.row, tenant = job.tenant, intent] {
      outcome = decide(row, tenant, intent);
    };
    const Result<void> done = co_await disk_.operate(write);
    if (!done) co_return std::unexpected(done.error());
    co_return outcome;
  }
  Task<void> released(const Refused&, Moment deadline) override {
    // Polls in virtual time: what counts is that it ends.
    const Nusd before = committed();
    const std::optional<Nusd> known = limit;
    while (loop_.clock().moment() < deadline && committed() >= before && limit == known) {
      co_await loop_.sleep(std::chrono::milliseconds(10));
    }
  }
  Task<Result<void>> answered(const Job&, CallReport report, providers::Answer answer,
                              Nusd charge) override {
    auto write = [this, report, answer, charge] {
      Call& call = end(report, "answered");
      call.answer = answer;
      call.charge = charge;
      note();
    };
    co_return co_await disk_.operate(write);
  }
  Task<Result<void>> failed(const Job&, CallReport report, providers::CallError error) override {
    auto write = [this, report, error] { end(report, "failed").error = error; };
    co_return co_await disk_.operate(write);
  }
  Task<Result<void>> unknown(const Job&, CallReport report, providers::CallError error) override {
    auto write = [this, report, error] {
      Call& call = end(report, "unknown");
      call.error = error;
      call.charge = call.bound;
    };
    co_return co_await disk_.operate(write);
  }

  Task<Result<std::optional<std::string>>> pinned(Hash source) override {
    std::optional<std::string> found;
    auto look = [&] {
      if (const auto pin = pins.find(hex(source)); pin != pins.end()) found = pin->second;
    };
    const Result<void> done = co_await disk_.operate(look);
    if (!done) co_return std::unexpected(done.error());
    co_return found;
  }
  Task<Result<void>> pin(Hash source, std::string reason) override {
    auto write = [this, source, reason] { pins[hex(source)] = reason; };
    co_return co_await disk_.operate(write);
  }

 private:
  static bool says_nothing(const providers::CallError& error) {
    using enum providers::ErrorClass;
    return error.error_class == rate_limit || error.error_class == quota ||
           error.error_class == auth || error.error_class == cancelled;
  }
  IntentOutcome decide(std::int64_t row, const std::string& tenant, const Intent& intent) {
    if (refuses_paused) return Refused{"everything is paused", false, std::nullopt, true};
    if (const auto own = job_limits.find(row); own != job_limits.end()) {
      Refused refused{"the job's budget"};
      refused.for_good = committed(row, false) + intent.bound > own->second;
      refused.reservations = !refused.for_good;
      if (committed(row, true) + intent.bound > own->second) return refused;
    }
    if (limit && committed() + intent.bound > *limit) {
      Nusd reserved = 0;
      for (const Call& call : calls) reserved += call.state == "intent" ? call.bound : 0;
      const bool helps = committed() - reserved + intent.bound <= *limit;
      return Refused{
          fmt::format("budget: {} of {} committed, {} needed", committed(), *limit, intent.bound),
          helps,
          {}};
    }
    Call call;
    call.id = static_cast<std::int64_t>(calls.size()) + 1;
    call.job = row;
    call.tenant = tenant;
    call.key = intent.key;
    call.attempt = intent.attempt;
    call.provider = intent.provider;
    call.model = intent.model;
    call.key_id = intent.key_id;
    call.route = intent.route;
    call.state = "intent";
    call.bound = intent.bound;
    calls.push_back(std::move(call));
    note();
    return Granted{calls.back().id};
  }
  Call& end(const CallReport& report, std::string state) {
    Call& call = calls.at(static_cast<std::size_t>(report.call) - 1);
    call.state = std::move(state);
    call.request_id = report.provider_request_id;
    call.first_token = report.first_token;
    call.streamed = report.streamed;
    return call;
  }
  void note() { most_committed = std::max(most_committed, committed()); }

  Loop& loop_;
  Disk& disk_;
};

class MemoryDocuments final : public Documents {
 public:
  explicit MemoryDocuments(Disk& disk, MemoryJournal& journal) : disk_(disk), journal_(journal) {}

  struct Stored {
    std::int64_t job = 0;
    int chunk = 0;
    Document document;
  };
  std::vector<Stored> stored;
  std::set<std::int64_t> finished;
  int finished_early = 0;  // told `last` while a chunk was missing: a bug

  const Document& of(std::string_view symbol) const {
    for (const Stored& one : stored) {
      if (one.document.symbol == symbol) return one.document;
    }
    throw std::out_of_range("no document of " + std::string(symbol));
  }

  Task<Result<void>> store(const Job& job, int chunk, std::vector<Document> documents,
                           bool last) override {
    auto write = [this, row = job.row, chunk, documents = std::move(documents), last] {
      Plan& plan = journal_.plans.at(row);
      Chunk& done = plan.chunks.at(static_cast<std::size_t>(chunk));
      if (!done.stored) {
        for (const Document& document : documents) stored.push_back({row, chunk, document});
      }
      done.stored = true;
      if (!last) return;
      if (!std::ranges::all_of(plan.chunks, &Chunk::stored)) ++finished_early;
      finished.insert(row);
    };
    co_return co_await disk_.operate(write);
  }

 private:
  Disk& disk_;
  MemoryJournal& journal_;
};

class RecordedMetrics final : public Metrics {
 public:
  void record(const Operation& operation) override {
    lines.push_back(fmt::format("{} {} {}", operation.kind, operation.name, operation.outcome));
  }
  void reused(const Reuse& reuse) override {
    ++reuses;
    saved += reuse.saved;
  }
  int reuses = 0;
  Nusd saved = 0;
  int count(std::string_view line) const {
    return static_cast<int>(std::ranges::count(lines, line));
  }

  std::vector<std::string> lines;
};

}  // namespace docwright::test
