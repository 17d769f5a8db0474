#include "runtime/alarm.h"

#include <gmock/gmock.h>

#include <optional>
#include <vector>

namespace docwright {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AlarmTest : public testing::Test {
 protected:
  ManualClock clock_;
  Loop loop_{clock_};
  const Moment start_ = clock_.moment();
  std::vector<Duration> rings_;
  std::optional<Alarm> alarm_{std::in_place, loop_,
                              [this] { rings_.push_back(clock_.moment() - start_); }};
};

TEST_F(AlarmTest, RingsOnceAtItsMoment) {
  alarm_->set(start_ + 3s);
  loop_.run_until_idle();
  EXPECT_THAT(rings_, ElementsAre(3s));
}

TEST_F(AlarmTest, SetAnewItForgetsTheMomentBefore) {
  alarm_->set(start_ + 3s);
  alarm_->set(start_ + 1s);
  alarm_->set(start_ + 2s);
  loop_.run_until_idle();
  EXPECT_THAT(rings_, ElementsAre(2s));
  EXPECT_EQ(clock_.moment(), start_ + 2s);  // nobody sleeps any more
}

TEST_F(AlarmTest, DoesNotRingWhenItIsClearedOrGone) {
  alarm_->set(start_ + 3s);
  alarm_->clear();
  loop_.run_until_idle();
  alarm_->set(start_ + 3s);
  alarm_.reset();
  loop_.run_until_idle();
  EXPECT_THAT(rings_, IsEmpty());
}

TEST_F(AlarmTest, MayBeSetByItsOwnWork) {
  std::optional<Alarm> again;
  again.emplace(loop_, [&] {
    rings_.push_back(clock_.moment() - start_);
    if (rings_.size() < 3) again->set(clock_.moment() + 1s);
  });
  again->set(start_ + 1s);
  loop_.run_until_idle();
  EXPECT_THAT(rings_, ElementsAre(1s, 2s, 3s));
}

}  // namespace
}  // namespace docwright
