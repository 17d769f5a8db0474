#include "runtime/alarm.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <utility>

namespace docwright {
namespace asio = boost::asio;

struct Alarm::State : std::enable_shared_from_this<State> {
  // One sleep. Held by its own end, so that the signal is there as long as the sleeper.
  struct Sleep {
    asio::cancellation_signal signal;
  };

  State(Loop& on, std::function<void()> what) : loop(on), work(std::move(what)) {}

  void set(Moment moment) {
    if (sleep && at == moment) return;
    clear();
    at = moment;
    sleep = std::make_shared<Sleep>();
    auto end = [weak = weak_from_this(), mine = sleep](const std::exception_ptr& cancelled) {
      const auto state = weak.lock();
      if (cancelled || !state || state->sleep != mine) return;
      state->sleep.reset();
      state->work();
    };
    asio::co_spawn(loop.executor(), loop.sleep_until(moment),
                   asio::bind_cancellation_slot(sleep->signal.slot(), std::move(end)));
  }

  void clear() {
    if (const auto ended = std::exchange(sleep, nullptr))
      ended->signal.emit(asio::cancellation_type::terminal);
  }

  Loop& loop;
  const std::function<void()> work;
  Moment at{};
  std::shared_ptr<Sleep> sleep;  // null: not set
};

Alarm::Alarm(Loop& loop, std::function<void()> work)
    : state_(std::make_shared<State>(loop, std::move(work))) {}

Alarm::~Alarm() {
  state_->clear();
}

void Alarm::set(Moment at) {
  state_->set(at);
}

void Alarm::clear() {
  state_->clear();
}

}  // namespace docwright
