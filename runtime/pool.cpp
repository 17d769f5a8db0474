#include "runtime/pool.h"

#include <algorithm>

namespace docwright {

Pool::Pool(Loop& loop, std::size_t threads)
    : loop_(loop), threads_(std::max<std::size_t>(threads, 1)) {}

Pool::~Pool() {
  join();
}

void Pool::join() {
  threads_.join();
}

void Pool::post(std::move_only_function<void()> work) {
  boost::asio::post(threads_, std::move(work));
}

}  // namespace docwright
