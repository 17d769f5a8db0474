// Who shares a provider's limits, and whose turn it is: limits belong to an organisation and a
// class of models, not to a key or a deployment.
//
// A call gets its turn when the group does not pause, every limit has room for it and fewer calls
// are in flight than the window allows; else it waits in line, and the line is looked at when a
// call ends and at the very moment at which the first of it can go. Tenants take turns. Where that
// moment is too far away for a coroutine to wait, the caller is told so.
#pragma once
#include <boost/system/error_code.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "pipeline/call/allowance.h"
#include "pipeline/call/call_pace.h"
#include "pipeline/call/call_window.h"
#include "pipeline/call/fair_line.h"
#include "pipeline/call/silent_limit.h"
#include "providers/http_message.h"
#include "runtime/alarm.h"
#include "runtime/loop.h"
#include "runtime/random.h"

namespace docwright::pipeline {

// Loop thread only. Held by a shared_ptr; turns may outlive everything else that holds it.
class QuotaGroup final : public std::enable_shared_from_this<QuotaGroup> {
 public:
  struct Rules {
    std::string name;           // for people
    std::string provider_name;  // likewise
    config::LimitSettings settings;
    providers::LimitRules provider;  // with the settings' word over it
    int calls_max = 64;              // where the settings name no other
  };
  // Loop and random outlive the group. `past`: what its limits have counted before, in the order of
  // time.
  QuotaGroup(Loop& loop, Random& random, Rules rules, std::span<const PastCalls> past = {});
  ~QuotaGroup();
  QuotaGroup(const QuotaGroup&) = delete;
  QuotaGroup& operator=(const QuotaGroup&) = delete;

  // One call's right to go out, with what is reserved for it. How the call ended is said once;
  // where it is not, no call went out, and everything comes back.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) noexcept;
    ~Turn();

    // Without usage: what was reserved counts as used. `took`: from the sending to the end of the
    // answer; none: not known.
    void answered(const std::optional<Usage>& usage, std::optional<Duration> took = {});
    void failed(const providers::CallError& error);

   private:
    friend class QuotaGroup;
    std::shared_ptr<QuotaGroup> group_;  // null: none, or its end was said
    Demand demand_;
    CallWindow::Stamp began_ = 0;
    Moment out_{};
    bool at_rest_ = false;  // no other was out then, nor shortly before
  };

  // Not now, and not soon.
  struct Later {
    Time until{};
    bool next_day = false;  // a day's limit is used up
    std::string why;        // in words
  };
  struct Reply {
    Turn turn;
    std::optional<Later> later;  // then there is no turn
  };
  struct Wish {
    std::string tenant;
    Demand demand;
    Duration wait_max = std::chrono::seconds(30);  // longer waits are no coroutine's business
    bool has_others = false;  // to ask instead: then a long line is too long a wait as well
  };
  // Cancellable.
  Task<Reply> turn(Wish wish);

  // What the head of an answer says about the limits, before its end is known.
  void heard(int status, const providers::Headers& headers);

  const Rules& rules() const { return rules_; }
  const CallWindow& window() const { return window_; }
  std::size_t waiting() const { return line_.size(); }
  struct State {
    std::optional<Time> paused_until;  // the provider has said so
    std::string why;
  };
  State state() const;

 private:
  using Handler = std::move_only_function<void(boost::system::error_code, Reply)>;
  struct Waiter {
    Wish wish;
    Handler handler;
  };
  using Line = FairLine<Waiter>;
  struct Next {
    Allowance::Ready ready;
    bool pause = false;  // that is what it waits for
  };
  // After the provider said to wait.
  struct Pause {
    Moment until{};
    Duration spread{};  // those who waited go out one by one over this time
    Moment next{};      // the first of them, then the next
    std::string why;
  };

  Allowance::Now now() const;
  Next next(const Demand& demand) const;
  bool too_far(const Next& next, const Wish& wish) const;
  void serve();
  Turn admit(const Demand& demand);
  Later put_off(const Wish& wish, const Next& next);
  Moment book(const Wish& wish, Moment earliest);
  void widen();
  void suppose();
  void answered(CallWindow::Stamp began, const std::optional<Usage>& usage,
                std::optional<Duration> took);
  void finish(Handler handler, boost::system::error_code error, Reply reply);
  void pause(const providers::CallError& error);
  void settle(Turn& turn, int requests, const Demand& used);

  Loop& loop_;
  Random& random_;
  const Rules rules_;
  Allowance allowance_;
  CallWindow window_;
  CallPace pace_;
  SilentLimit silent_;
  Moment last_end_;  // of a call
  Line line_;
  Pause pause_;
  int refusals_ = 0;  // by rate limits, since the last answer
  // By tenant: for the next one to be put off before another turn is given.
  std::map<std::string, Moment> booked_;
  Alarm alarm_;
};

}  // namespace docwright::pipeline
