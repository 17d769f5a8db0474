// A change of the store that the caller waits for.
#pragma once
#include <functional>
#include <future>
#include <optional>
#include <utility>

#include "store/store.h"

namespace docwright::daemon {

// Runs on the writer's thread; returns after COMMIT. For the start, while nobody else works.
// Blocks.
template <class T>
Result<T> write_now(store::Store& store, std::function<Result<T>(store::Database&)> change) {
  std::promise<Result<void>> promise;
  std::optional<T> value;
  store.writer().submit(
      store::Lane::completion,
      [&](store::Database& database) -> Result<void> {
        Result<T> outcome = change(database);
        if (!outcome) return std::unexpected(std::move(outcome.error()));
        value = std::move(*outcome);
        return {};
      },
      [&](Result<void> result) { promise.set_value(std::move(result)); });
  const Result<void> done = promise.get_future().get();
  if (!done) return std::unexpected(done.error());
  return std::move(*value);
}

}  // namespace docwright::daemon
