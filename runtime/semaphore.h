// Bounds how much runs at once; waiters are served first come, first served.
#pragma once
#include <cstddef>
#include <memory>

#include "runtime/loop.h"

namespace docwright {

// Loop thread only. Must outlive its permits' holders' waits; permits may outlive it.
class Semaphore final {
  struct State;

 public:
  // Gives its place back when destroyed.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&&) = default;
    Permit& operator=(Permit&&) noexcept;
    ~Permit();
    void release();

   private:
    friend class Semaphore;
    std::shared_ptr<State> state_;
  };

  Semaphore(Loop& loop, std::size_t places);
  ~Semaphore();
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  // Waits for a place; cancellable.
  Task<Permit> acquire();
  std::size_t used() const;
  std::size_t waiting() const;
  // Never takes places away from holders: fewer places take effect as permits return.
  void resize(std::size_t places);

 private:
  std::shared_ptr<State> state_;
};

}  // namespace docwright
