// CPU work of a step: at once where it is small, on the pool where it could hold up the loop.
#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

#include "runtime/pool.h"

namespace docwright::pipeline {

// What is done at once takes well below a millisecond; a trip to the pool costs two thread
// switches.
inline constexpr std::size_t kInlineBytesMax = std::size_t{32} << 10;

// `bytes` is what the function works through. What it refers to must live until the task ends.
template <class Function>
Task<std::invoke_result_t<Function&>> compute(Pool& pool, std::size_t bytes, Function function) {
  if (bytes <= kInlineBytesMax) co_return function();
  co_return co_await pool.run(std::move(function));
}

}  // namespace docwright::pipeline
