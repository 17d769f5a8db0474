// Parts of the call desk that its own sources share: flights, and who leads one.
#pragma once
#include <optional>

#include "pipeline/call/call_desk.h"

namespace docwright::pipeline {

// Where those wait who ask what is being asked already.
struct CallDesk::Landing {
  explicit Landing(Loop& loop) : landed(loop) {}
  Latch landed;
  int waiting = 0;  // for it, its leader not counted
  // What holds for all who asked the same: an answer, or a permanent error. Nothing: the next one
  // leads.
  std::optional<Served> shared;
};

// One question that is being asked. Held by its leader and by the call that went out; when both are
// gone it has landed.
struct CallDesk::Flight {
  Flight(CallDesk& at, std::string its_key);
  ~Flight();
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  CallDesk& desk;
  const std::string key;
  const std::shared_ptr<Landing> landing;
};

// One attempt, between the leader that waits for it and the task that conducts it.
struct CallDesk::Attempted {
  explicit Attempted(Loop& loop) : done(loop) {}

  std::shared_ptr<const AttemptOrder> order;
  std::shared_ptr<Flight> flight;
  std::optional<Gates::Way> way;  // none: of a local provider
  Breakers::Entry entry = Breakers::Entry::normal;
  std::shared_ptr<QuotaGroup> quota_group;  // null: of a local provider
  QuotaGroup::Turn turn;
  Semaphore::Permit place;
  std::optional<AttemptOutcome> outcome;
  Latch done;
  bool awaited = true;           // by its leader
  bool out = false;              // the bytes have gone out
  Moment sent{};                 // when
  std::optional<Duration> took;  // from then to the end of the exchange
  bool cut = false;              // by cut_unwanted()
  TaskGroup::Handle task;
  Nusd bound = 0;
};

// Asks one target one question until there is an answer or a reason why there is none. Lives in the
// job's coroutine.
class CallDesk::Lead final {
 public:
  Lead(CallDesk& desk, std::shared_ptr<const Job> job, Inquiry inquiry, Patience patience,
       std::shared_ptr<Flight> flight)
      : desk_(desk),
        job_(std::move(job)),
        inquiry_(std::move(inquiry)),
        patience_(patience),
        flight_(std::move(flight)) {}

  Task<Served> run();

 private:
  using Ended = std::optional<Served>;  // nothing: go on
  // Longer waits end the run: a parked job is a row, not a coroutine.
  static constexpr Duration kWaitMax = std::chrono::seconds(30);
  // How long a job waits for a key: a file with it may have come.
  static constexpr Duration kKeyAgain = std::chrono::minutes(10);

  Task<Ended> take_up();
  Task<Ended> wait_for_gate();
  std::optional<Gates::Closed> choose_key();
  Task<Ended> wait_for_breaker(Time until);
  Task<Ended> take_place(std::shared_ptr<Attempted> attempted);
  Task<AttemptOutcome> send(std::shared_ptr<Attempted> attempted);
  Task<Ended> wait(Duration delay, std::string reason, std::string detail);

  // lead_after.cpp
  Ended after_earlier_runs(const Journal::Tried& tried);
  Task<Ended> after(AttemptOutcome outcome);
  Task<Ended> after_refusal(Refused refused);
  Task<Ended> after_error(providers::CallError error);
  Task<Ended> after_unknown(providers::CallError error);
  Task<Ended> after_transient(providers::CallError error);

  std::optional<Stop> past_unknowns() const;
  Error no_answer(std::string_view times) const;
  Error refusal(const providers::CallError& error) const;
  // Without an answer; who else may be asked.
  static Ended end(Stop stop, Elsewhere elsewhere) {
    return std::unexpected(Declined{std::move(stop), elsewhere});
  }
  Ended end_for_all(const providers::CallError& error);
  Ended store_failed(const Error& error) const {
    return end(stop_for_store(error, now()).error(), Elsewhere::nowhere);
  }
  Duration wait_max() const;
  int retries() const;
  std::string asked_about() const;
  Time now() const { return desk_.outside_.loop.clock().now(); }

  CallDesk& desk_;
  const std::shared_ptr<const Job> job_;
  const Inquiry inquiry_;
  const Patience patience_;
  const std::shared_ptr<Flight> flight_;

  // One key each, and the one whose turn it is. Of a local provider: none.
  struct Door {
    providers::Endpoint endpoint;
    Gates::Way way;
  };
  std::vector<Door> doors_;
  std::size_t door_ = 0;
  int attempts_ = 0;                     // of this question, ever
  int failures_ = 0;                     // those that used up a retry
  int unknowns_ = 0;                     // ever
  int unanswered_ = 0;                   // of them: waited for in vain
  std::optional<Moment> refused_since_;  // for want of budget
};

}  // namespace docwright::pipeline
