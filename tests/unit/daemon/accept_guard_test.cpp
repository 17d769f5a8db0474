// Who may stay when descriptors run out.
#include "daemon/accept_guard.h"

#include <gtest/gtest.h>

namespace docwright::daemon {
namespace {

TEST(AcceptGuard, KeepsDescriptorsForEverythingElse) {
  EXPECT_TRUE(may_stay(100, 1024));
  EXPECT_TRUE(may_stay(819, 1024));
  EXPECT_FALSE(may_stay(820, 1024)) << "a fifth is kept";
  EXPECT_FALSE(may_stay(172, 300)) << "at least 128 are";
  EXPECT_TRUE(may_stay(171, 300));
  EXPECT_FALSE(may_stay(3, 64)) << "with so few nobody is taken, but nothing breaks";
}

}  // namespace
}  // namespace docwright::daemon
