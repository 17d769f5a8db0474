// A small set of read-only connections for the pool's threads: borrowed for one query, with a
// deadline.
//
// A query runs in a transaction of its own, so everything it reads is of one moment. It must not
// wait for anything but SQLite.
#pragma once
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "runtime/clock.h"
#include "runtime/error.h"
#include "store/database.h"

namespace docwright::store {

struct ReadersOptions {
  int connections = 3;                           // as many queries at once; others wait for a place
  Duration deadline = std::chrono::seconds(10);  // of one query, the wait for a connection included
};

// Any thread. Must outlive its queries.
class Readers final {
 public:
  static Result<std::unique_ptr<Readers>> open(const std::string& path, ReadersOptions options,
                                               Clock& clock);
  ~Readers();
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  // Runs `query` (a function of Database& that returns a Result or a plain value). Blocks: pool
  // threads only. Errors: timeout; io, corrupt (SQLite's word for it); what the query returned.
  template <class Query>
  auto read(Query query) {
    using Value = std::invoke_result_t<Query&, Database&>;
    using Outcome = typename AsResult<Value>::Type;
    std::optional<Outcome> outcome;
    Result<void> ran = run([&](Database& database) { outcome.emplace(query(database)); });
    if (!ran) return Outcome(std::unexpected(std::move(ran.error())));
    return std::move(*outcome);
  }

  // Interrupts queries that have run longer than this, because the WAL cannot shrink under them.
  // Any thread.
  void interrupt_older_than(Duration age);

 private:
  template <class Value>
  struct AsResult {
    using Type = Result<Value>;
  };
  template <class Value>
  struct AsResult<Result<Value>> {
    using Type = Result<Value>;
  };
  struct State;
  explicit Readers(std::unique_ptr<State> state);
  Result<void> run(const std::function<void(Database&)>& query);
  std::unique_ptr<State> state_;
};

}  // namespace docwright::store
