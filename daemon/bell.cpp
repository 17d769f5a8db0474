#include "daemon/bell.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <utility>

namespace docwright::daemon {
namespace asio = boost::asio;
using boost::system::error_code;

struct Bell::State {
  using Handler = std::move_only_function<void(error_code)>;

  explicit State(Loop& on) : loop(on) {}

  void finish(std::uint64_t number, error_code error) {
    auto node = waiting.extract(number);
    if (node.empty()) return;
    // Later, on the loop: the caller may be in the middle of something.
    loop.post([handler = std::move(node.mapped()), error]() mutable { handler(error); });
  }

  Loop& loop;
  std::uint64_t rings = 0;
  std::uint64_t arrivals = 0;
  std::map<std::uint64_t, Handler> waiting;
};

Bell::Bell(Loop& loop) : state_(std::make_shared<State>(loop)), clocks_(loop, {}) {}

Bell::~Bell() = default;

void Bell::ring() {
  ++state_->rings;
  while (!state_->waiting.empty()) state_->finish(state_->waiting.begin()->first, {});
}

std::uint64_t Bell::rings() const {
  return state_->rings;
}

Task<void> Bell::expire(Loop& loop, std::weak_ptr<State> state, std::uint64_t number,
                        Moment until) {
  co_await loop.sleep_until(until);
  if (const auto alive = state.lock()) alive->finish(number, {});
}

Task<void> Bell::wait(std::uint64_t seen, Moment until) {
  if (state_->rings != seen || state_->loop.clock().moment() >= until) co_return;
  const auto state = state_;
  const std::uint64_t number = ++state->arrivals;
  struct Alarm {
    TaskGroup::Handle clock;
    ~Alarm() { clock.cancel(); }
  };
  Alarm alarm;
  if (until != Moment::max())
    alarm.clock = clocks_.spawn("bell", expire(state->loop, state, number, until));
  auto start = [state, number](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    state->waiting.emplace(number, std::move(handler));
    if (slot.is_connected()) {
      slot.assign([weak = std::weak_ptr<State>(state), number](asio::cancellation_type) {
        if (const auto alive = weak.lock()) alive->finish(number, asio::error::operation_aborted);
      });
    }
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(error_code)>(
      std::move(start), use_task);
}

Task<void> Bell::close() {
  clocks_.cancel_all();
  co_await clocks_.close();
}

}  // namespace docwright::daemon
