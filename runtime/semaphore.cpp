#include "runtime/semaphore.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/system/error_code.hpp>
#include <map>
#include <utility>

namespace docwright {
namespace asio = boost::asio;
using boost::system::error_code;

struct Semaphore::State : std::enable_shared_from_this<Semaphore::State> {
  using Handler = std::move_only_function<void(error_code, Permit)>;

  State(Loop& on, std::size_t count) : loop(on), places(count) {}

  bool free() const { return waiting.empty() && used < places; }

  Permit take() {
    ++used;
    Permit permit;
    permit.state_ = shared_from_this();
    return permit;
  }

  void serve() {
    while (!waiting.empty() && used < places) {
      auto node = waiting.extract(waiting.begin());
      finish(std::move(node.mapped()), {}, take());
    }
  }

  void cancel(std::uint64_t number) {
    auto node = waiting.extract(number);
    if (!node.empty()) finish(std::move(node.mapped()), asio::error::operation_aborted, {});
  }

  // Later, on the loop: the caller may be in the middle of something. A permit that nobody takes
  // any more returns itself.
  void finish(Handler handler, error_code error, Permit permit) {
    loop.post([handler = std::move(handler), error, permit = std::move(permit)]() mutable {
      handler(error, std::move(permit));
    });
  }

  Loop& loop;
  std::size_t places;
  std::size_t used = 0;
  std::map<std::uint64_t, Handler> waiting;  // by order of arrival
  std::uint64_t arrivals = 0;
};

Semaphore::Permit& Semaphore::Permit::operator=(Permit&& other) noexcept {
  if (this != &other) {
    release();
    state_ = std::move(other.state_);
  }
  return *this;
}

Semaphore::Permit::~Permit() {
  release();
}

void Semaphore::Permit::release() {
  const auto state = std::exchange(state_, nullptr);
  if (!state) return;
  --state->used;
  state->serve();
}

Semaphore::Semaphore(Loop& loop, std::size_t places)
    : state_(std::make_shared<State>(loop, places)) {}

Semaphore::~Semaphore() = default;

Task<Semaphore::Permit> Semaphore::acquire() {
  if (state_->free()) co_return state_->take();
  auto start = [state = state_](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    const std::uint64_t number = ++state->arrivals;
    state->waiting.emplace(number, std::move(handler));
    if (slot.is_connected()) {
      slot.assign([weak = std::weak_ptr(state), number](asio::cancellation_type) {
        if (const auto alive = weak.lock()) alive->cancel(number);
      });
    }
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>,
                                          void(error_code, Permit)>(std::move(start), use_task);
}

std::size_t Semaphore::used() const {
  return state_->used;
}

std::size_t Semaphore::waiting() const {
  return state_->waiting.size();
}

void Semaphore::resize(std::size_t places) {
  state_->places = places;
  state_->serve();
}

}  // namespace docwright
