// wait, watch: follow jobs until they have ended.
#include "client/cli/follow.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "client/cli/live_text.h"
#include "client/cli/shapes.h"
#include "client/cli/values.h"
#include "client/cli/verbs.h"
#include "client/progress.h"
#include "runtime/text.h"

namespace docwright::cli {
namespace {

constexpr Duration kTerminalBeat = std::chrono::milliseconds(250);
constexpr Duration kQuietBeat = std::chrono::seconds(2);
constexpr Duration kParkedFor = std::chrono::minutes(1);  // a shorter wait is just waited for

class Follower final {
 public:
  Follower(Session& session, client::Client& client, const std::vector<wire::Selection>& which,
           const Follow& how)
      : session_(session),
        client_(client),
        which_(which),
        how_(how),
        summaries_(which.size()),
        done_(which.size()) {
    if (how.timeout) end_ = clock_.moment() + *how.timeout;
    beat_ = session.out().err_look().terminal && how.progress ? kTerminalBeat : kQuietBeat;
  }

  Result<Exit> run() {
    say_what_is_paused();
    if (how_.text) {
      auto text = LiveText::open(client_, which_);
      if (!text) return std::unexpected(text.error());
      text_ = std::move(*text);
    }
    while (true) {
      if (auto heard = listen(); !heard) return std::unexpected(heard.error());
      if (auto printed = print_text(); !printed) return std::unexpected(printed.error());
      if (how_.progress && !text_) show();
      if (std::ranges::all_of(done_, std::identity())) return ended();
      if (end_ && clock_.moment() >= *end_) return timed_out();
      auto parked = parked_reason();
      if (!parked) return std::unexpected(parked.error());
      if (!parked->empty()) {
        session_.out().insist(
            fmt::format("Only parked jobs are left ({}): {}", sum_.states.waiting, *parked));
        return Exit::parked;
      }
    }
  }

  const wire::Summary& sum() const { return sum_; }

 private:
  // Asks after everything that has not ended, for a beat in all.
  Result<void> listen() {
    const auto open = static_cast<std::int64_t>(std::ranges::count(done_, false));
    sum_ = {};
    for (std::size_t i = 0; i < which_.size(); ++i) {
      if (!done_[i]) {
        auto request = client::request_for<wire::WaitRequest>(which_[i]);
        request.timeout = std::max<Duration>(patience() / open, std::chrono::milliseconds(1));
        const auto reply = client_.ask(request, *request.timeout);
        if (!reply) return std::unexpected(reply.error());
        summaries_[i] = reply->summary;
        done_[i] = reply->done;
      }
      add(sum_, summaries_[i]);
    }
    return {};
  }

  // In place of the wait for an end: the text that comes meanwhile.
  Result<void> print_text() {
    if (!text_) return {};
    return text_->print(session_.out(),
                        end_ ? std::min(*end_ - clock_.moment(), kTerminalBeat) : kTerminalBeat);
  }

  // The first look is a short one, so that there is something to see.
  Duration patience() {
    if (std::exchange(first_, false) || text_) return std::chrono::milliseconds(1);
    return end_ ? std::clamp(*end_ - clock_.moment(), Duration{1}, beat_) : beat_;
  }

  void show() {
    Output& out = session_.out();
    const bool terminal = out.err_look().terminal;
    const auto left = terminal ? pace_.left(sum_, clock_.moment()) : std::nullopt;
    std::string line = client::progress_line(sum_, left, terminal ? out.err_look().columns : 1000);
    if (line == shown_) return;
    out.progress(line);
    shown_ = std::move(line);
  }

  Result<Exit> ended() {
    const wire::StateCounts& states = sum_.states;
    session_.out().end_progress();
    if (sum_.fallbacks > 0) session_.out().say(fallbacks_sentence(sum_));
    if (states.failed == 0) return Exit::done;
    const auto budget = failed_for_budget();
    if (!budget) return std::unexpected(budget.error());
    session_.out().say(
        fmt::format("{} of {} jobs failed{}; 'docwright list --state failed' says {}.",
                    states.failed, sum_.jobs, *budget ? ", each for want of its budget" : "",
                    *budget ? "what each needs" : "why"));
    return *budget ? Exit::budget : Exit::failed;
  }

  // Every job that failed, and nothing else is wrong: a larger budget mends all.
  Result<bool> failed_for_budget() {
    for (std::size_t i = 0; i < which_.size(); ++i) {
      if (summaries_[i].states.failed == 0) continue;
      std::string after;
      do {
        const auto page = jobs_in(which_[i], "failed", after);
        if (!page) return std::unexpected(page.error());
        const bool budget = std::ranges::all_of(page->jobs, [](const wire::JobView& job) {
          return job.error && job.error->code == name(Code::budget_exceeded);
        });
        if (!budget) return false;
        after = page->next;
      } while (!after.empty());
    }
    return true;
  }

  Result<Exit> timed_out() {
    session_.out().insist(fmt::format("{} of {} jobs have ended in {}; the others go on.",
                                      client::ended(sum_.states), sum_.jobs,
                                      to_text(*how_.timeout)));
    return Exit::timeout;
  }

  // Empty: something still moves, or will within a minute. Else the reasons for which everything
  // left waits.
  Result<std::string> parked_reason() {
    const wire::StateCounts& states = sum_.states;
    if (states.waiting == 0 || states.queued + states.running > 0) return std::string();
    std::set<std::string> reasons;
    for (std::size_t i = 0; i < which_.size(); ++i) {
      if (done_[i]) continue;
      // One page of them; all have the same few reasons.
      const auto page = jobs_in(which_[i], "waiting", {});
      if (!page) return std::unexpected(page.error());
      for (const wire::JobView& job : page->jobs) {
        if (!job.waiting || moves_soon(*job.waiting)) return std::string();
        reasons.insert(job.waiting->detail.empty() ? job.waiting->reason : job.waiting->detail);
      }
    }
    return reasons.empty()
               ? std::string()
               : fmt::format("{}{}", *reasons.begin(), reasons.size() > 1 ? ", and others" : "");
  }

  bool moves_soon(const wire::Waiting& waiting) const {
    if (waiting.reason == "delay" || waiting.reason == "queue") return true;
    return waiting.until && *waiting.until - clock_.now() <= kParkedFor;
  }

  // A page of those in that state.
  Result<wire::ListReply> jobs_in(const wire::Selection& which, const std::string& state,
                                  const std::string& after) {
    if (!which.batch.empty()) {
      wire::ListRequest request;
      request.batch = which.batch;
      request.states = {state};
      request.limit = wire::kPageMax;
      request.after = after;
      return client_.ask(request);
    }
    auto request = client::request_for<wire::StatusRequest>(which);
    request.limit = wire::kPageMax;
    request.after = after;
    auto reply = client_.ask(request);
    if (!reply) return std::unexpected(reply.error());
    std::erase_if(reply->jobs, [&](const wire::JobView& job) { return job.state != state; });
    return wire::ListReply{.jobs = std::move(reply->jobs), .next = std::move(reply->next)};
  }

  void say_what_is_paused() {
    const auto stats = client_.ask(wire::StatsRequest{});
    if (!stats) return;  // the next request will say what is wrong
    for (const wire::PauseView& pause : stats->paused) {
      session_.out().say(
          fmt::format("Paused: {}{}. 'docwright resume' lets calls begin again.", pause.scope,
                      pause.reason.empty() ? "" : fmt::format(" ({})", pause.reason)));
    }
  }

  Session& session_;
  client::Client& client_;
  const std::vector<wire::Selection>& which_;
  const Follow& how_;
  const SystemClock clock_;
  std::optional<Moment> end_;
  Duration beat_{};
  bool first_ = true;
  std::vector<wire::Summary> summaries_;
  std::vector<bool> done_;
  wire::Summary sum_;
  client::Pace pace_;
  std::unique_ptr<LiveText> text_;
  std::string shown_;
};

}  // namespace

Result<Exit> follow(Session& session, const std::vector<wire::Selection>& which, const Follow& how,
                    wire::Summary& sum) {
  const auto client = session.daemon();
  if (!client) return std::unexpected(client.error());
  Follower follower(session, **client, which, how);
  auto exit = follower.run();
  session.out().end_progress();
  sum = follower.sum();
  if (exit || exit.error().code != Code::cancelled) return exit;
  const std::string id =
      which.size() == 1 && !which.front().batch.empty() ? which.front().batch : "ID";
  session.out().insist(
      fmt::format("Detached; the jobs go on. 'docwright watch {}' follows them again.", id));
  return how.interrupted;
}

namespace {

struct FollowArguments {
  std::vector<std::string> ids;
  std::optional<std::string> timeout;
  bool text = false;
};

Result<Exit> follow_verb(Session& session, const FollowArguments& arguments, Follow how) {
  if (arguments.timeout) {
    auto timeout = duration_of("--timeout", *arguments.timeout);
    if (!timeout) return std::unexpected(std::move(timeout.error()));
    how.timeout = *timeout;
  }
  how.text = arguments.text;
  const auto selections = session.selections(arguments.ids);
  if (!selections) return std::unexpected(selections.error());
  wire::Summary sum;
  auto exit = follow(session, *selections, how, sum);
  if (exit && session.format_given()) {
    write_object(session.out(), session.format(), summary_columns(), wire::to_json(sum));
  }
  return exit;
}

Verb follow_verb_of(std::string_view name, std::string_view about, Follow how) {
  return {name, about, [how](Options& options) -> Action {
            auto arguments = std::make_shared<FollowArguments>();
            options.positionals("ID", arguments->ids, 0, "Batches or jobs; default @last");
            options.text("--timeout", "DURATION", arguments->timeout,
                         "Give up after so long (30s, 5m, 2h), with exit code 124");
            if (how.progress) {
              options.flag("--text", arguments->text,
                           "Print what the models write as it comes, in place of the progress");
            }
            return [arguments, how](Session& session) {
              return follow_verb(session, *arguments, how);
            };
          }};
}

}  // namespace

Verb wait_verb() {
  return follow_verb_of("wait", "Waits until batches or jobs have ended; the exit code says how",
                        {.progress = false, .interrupted = Exit::interrupted});
}

Verb watch_verb() {
  return follow_verb_of("watch", "Shows progress until batches or jobs have ended; Ctrl-C detaches",
                        {.progress = true, .interrupted = Exit::done});
}

}  // namespace docwright::cli
