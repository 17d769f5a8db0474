#include "store/write_queue.h"

#include <algorithm>

namespace docwright::store {

WriteQueue::WriteQueue(const WriterOptions& options)
    : batch_max_(std::max<std::size_t>(options.batch_max, 1)), queue_max_(options.queue_max) {}

std::optional<Error> WriteQueue::push(QueuedChange& item) {
  {
    const std::scoped_lock lock(mutex_);
    Items& items = lane(item.lane);
    if (stopping_) return Error{Code::unavailable, "docwright is stopping"};
    if (item.lane == Lane::submission && items.size() >= queue_max_) {
      return Error{Code::busy,
                   "too many submissions wait to be written: send it again a little later",
                   {},
                   std::chrono::milliseconds(500)};
    }
    items.push_back(std::move(item));
  }
  wake_.notify_one();
  return std::nullopt;
}

void WriteQueue::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
}

bool WriteQueue::is_stopping() const {
  const std::scoped_lock lock(mutex_);
  return stopping_;
}

bool WriteQueue::is_empty() const {
  const std::scoped_lock lock(mutex_);
  return lanes_[0].empty() && lanes_[1].empty();
}

void WriteQueue::move_up_to(std::size_t most, Items& from, Batch& to) {
  while (!from.empty() && to.size() < most) {
    to.push_back(std::move(from.front()));
    from.pop_front();
  }
}

WriteQueue::Batch WriteQueue::take(Duration patience) {
  Batch batch;
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, patience,
                 [&] { return stopping_ || !lanes_[0].empty() || !lanes_[1].empty(); });
  Items& submissions = lane(Lane::submission);
  const std::size_t kept = submissions.empty() ? 0 : batch_max_ / 8;
  move_up_to(std::max<std::size_t>(batch_max_ - kept, 1), lane(Lane::completion), batch);
  move_up_to(batch_max_, submissions, batch);
  return batch;
}

WriteQueue::Batch WriteQueue::take_submissions(Duration patience) {
  Batch batch;
  std::unique_lock lock(mutex_);
  Items& submissions = lane(Lane::submission);
  wake_.wait_for(lock, patience, [&] { return stopping_ || !submissions.empty(); });
  move_up_to(batch_max_, submissions, batch);
  return batch;
}

}  // namespace docwright::store
