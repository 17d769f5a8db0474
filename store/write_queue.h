// Changes on their way to the writer thread: two lanes, taken in batches. Internal to store/.
#pragma once
#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "store/writer.h"

namespace docwright::store {

struct QueuedChange {
  Lane lane;
  Writer::Change change;
  Writer::Done done;
  Result<void> result = {};
  bool dead = false;  // SQLite refused it: it is not run again
};

// Any thread, except where noted.
class WriteQueue final {
 public:
  using Batch = std::vector<QueuedChange>;
  explicit WriteQueue(const WriterOptions& options);

  // Why the change cannot be queued (`item` is then untouched); none: it is.
  std::optional<Error> push(QueuedChange& item);
  // Nothing more can be pushed; what is queued is still to be taken.
  void stop();
  bool is_stopping() const;
  bool is_empty() const;

  // Writer thread: waits for something to come, at most so long. Completions go first, but an
  // eighth of the batch is left for submissions, so that neither lane starves.
  Batch take(Duration patience);
  // Writer thread: the same, of submissions only.
  Batch take_submissions(Duration patience);

 private:
  using Items = std::deque<QueuedChange>;
  void move_up_to(std::size_t most, Items& from, Batch& to);
  Items& lane(Lane lane) { return lanes_[static_cast<std::size_t>(lane)]; }

  // Constant after construction.
  const std::size_t batch_max_;
  const std::size_t queue_max_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_.
  std::array<Items, 2> lanes_;
  bool stopping_ = false;
};

}  // namespace docwright::store
