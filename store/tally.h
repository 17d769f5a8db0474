// The counts that follow from the states of jobs: by state, by batch, by lane. Internal to store/.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "store/database.h"
#include "store/jobs.h"

namespace docwright::store {

// Collects the moves of one change of the store, then writes every count once. write() must follow
// in the same transaction.
class Tally final {
 public:
  struct Of {
    std::int64_t batch = 0, lane = 0, bytes = 0;
  };
  // A move that the transition table does not have aborts: a bug.
  void move(const Of& job, State from, State to);
  // A new job of a batch whose row counts it already.
  void accept(const Of& job, State state);
  // A job that is removed with its history.
  void forget(const Of& job, State state);
  // Also tells (batch.<id>) of every batch whose last open job has ended by these moves.
  void write(Database& database, Time now);

 private:
  struct Count {
    std::int64_t jobs = 0, bytes = 0;
  };
  void add(const Of& job, State state, int sign);
  std::array<Count, 6> states_{};
  std::map<std::int64_t, std::array<std::int64_t, 6>> batches_;
  std::map<std::int64_t, std::int64_t> lanes_;
};

}  // namespace docwright::store
