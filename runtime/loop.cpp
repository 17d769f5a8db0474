#include "runtime/loop.h"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <map>
#include <stdexcept>
#include <utility>

namespace docwright {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using Quietly = asio::as_tuple_t<asio::use_awaitable_t<Executor>>;

// Longest that run_until_idle() waits for other threads.
constexpr auto kPendingMax = std::chrono::seconds(60);

}  // namespace

// Who sleeps, in the order of waking. One timer of Asio is armed for the first of them; with a
// ManualClock, none.
struct Loop::Sleepers {
  using Handler = std::move_only_function<void(error_code)>;
  // The number keeps equal moments in the order of arrival.
  using Key = std::pair<Moment, std::uint64_t>;

  Sleepers(asio::io_context& io, Clock& time, Duration tick_every)
      : context(io),
        clock(time),
        manual(dynamic_cast<ManualClock*>(&time)),
        timer(io),
        tick(io),
        tick_time(tick_every),
        work(io.get_executor()) {}

  // A frame that is destroyed may take other sleepers out: one at a time.
  ~Sleepers() {
    while (!waiting.empty()) waiting.extract(waiting.begin());
  }

  Key add(Moment wake, Handler handler) {
    const Key key{wake, ++sequence};
    waiting.emplace(key, std::move(handler));
    arm();
    return key;
  }

  // Ends the sleep early; nothing to do if it has ended.
  void cancel(const Key& key) {
    auto node = waiting.extract(key);
    if (node.empty()) return;
    asio::post(context, [handler = std::move(node.mapped())]() mutable {
      handler(asio::error::operation_aborted);
    });
  }

  // One by one: who is cancelled by an earlier one of the same moment does not wake.
  void wake_due() {
    const Moment now = clock.moment();
    while (!waiting.empty() && waiting.begin()->first.first <= now) {
      auto node = waiting.extract(waiting.begin());
      node.mapped()(error_code{});
    }
    arm();
  }

  void arm() {
    if (manual != nullptr || waiting.empty()) return;
    const Moment first = waiting.begin()->first.first;
    if (first >= armed) return;
    armed = first;
    timer.expires_at(first);  // cancels the wait before
    timer.async_wait([this](error_code error) {
      if (error) return;
      armed = Moment::max();
      wake_due();
    });
  }

  void start_tick() {
    tick.expires_after(tick_time);
    tick.async_wait([this](error_code error) {
      if (error) return;
      turns.fetch_add(1, std::memory_order_relaxed);
      wake_due();  // a ManualClock may have been moved by another thread
      start_tick();
    });
  }

  asio::io_context& context;
  Clock& clock;
  ManualClock* manual;  // the same clock, if it is one
  std::map<Key, Handler> waiting;
  std::uint64_t sequence = 0;
  Moment armed = Moment::max();
  asio::steady_timer timer;
  asio::steady_timer tick;
  Duration tick_time;
  asio::executor_work_guard<Executor> work;
  std::size_t expected = 0;
  std::atomic<std::uint64_t> turns = 0;
};

Loop::Loop(Clock& clock, Duration tick)
    : context_(1), clock_(clock), sleepers_(std::make_unique<Sleepers>(context_, clock, tick)) {}

Loop::~Loop() = default;

void Loop::run() {
  sleepers_->start_tick();
  context_.run();
  sleepers_->tick.cancel();
  context_.restart();  // so that what is left can be run by a further run()
}

void Loop::stop() {
  context_.stop();
}

void Loop::post(std::move_only_function<void()> work) {
  asio::post(context_, std::move(work));
}

Task<void> Loop::sleep_until(Moment wake) {
  if (wake <= clock_.moment()) {
    co_await asio::post(context_, use_task);  // everybody else gets a turn
    co_return;
  }
  auto start = [this, wake](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    const Sleepers::Key key = sleepers_->add(wake, std::move(handler));
    if (slot.is_connected()) {
      slot.assign(
          [sleepers = sleepers_.get(), key](asio::cancellation_type) { sleepers->cancel(key); });
    }
  };
  // Whoever has asked not to be thrown at sleeps shorter: exceptions cost more than most sleeps.
  const auto [error] =
      co_await asio::async_initiate<const Quietly, void(error_code)>(std::move(start), Quietly{});
  if (error && co_await asio::this_coro::throw_if_cancelled()) {
    throw boost::system::system_error(error);
  }
}

Task<void> Loop::sleep(Duration time) {
  return sleep_until(clock_.moment() + time);
}

void Loop::expect(int change) {
  sleepers_->expected += static_cast<std::size_t>(change);
}

void Loop::run_until_idle(const std::function<bool()>& pending) {
  ManualClock* const manual = sleepers_->manual;
  if (manual == nullptr) throw std::logic_error("run_until_idle() needs a ManualClock");
  for (;;) {
    context_.poll();
    if (context_.stopped()) break;
    if (sleepers_->expected > 0 || (pending && pending())) {
      if (context_.run_one_for(kPendingMax) == 0 && !context_.stopped()) {
        throw std::logic_error("run_until_idle(): what was pending did not come");
      }
      continue;
    }
    // A piece of work may have been posted between poll() and the end of pending().
    if (context_.poll_one() > 0) continue;
    if (sleepers_->waiting.empty()) break;
    const Moment next = sleepers_->waiting.begin()->first.first;
    if (next > manual->moment()) manual->advance(next - manual->moment());
    // As in run(), from within the context: Asio would postpone what is dispatched from elsewhere.
    asio::post(context_, [this] { sleepers_->wake_due(); });
  }
  context_.restart();
}

std::uint64_t Loop::turns() const {
  return sleepers_->turns.load(std::memory_order_relaxed);
}

}  // namespace docwright
