// Promise 1 at the disk: what was acknowledged is there, whatever the disk does, at whichever call.
#include <sqlite3.h>

#include <random>

#include "tests/faults/fault_vfs.h"
#include "tests/faults/store_workload.h"
#include "tests/support/temporary_folder.h"

namespace docwright::test {
namespace {

constexpr std::size_t kAllJobs = std::size_t{Workload::kBatches} * Workload::kJobs;

// Runs the whole workload on a disk; the store may fail to open.
void run_on(const std::string& path, Workload& workload) {
  SystemClock clock;
  auto store = store::Store::open(Workload::options(path), clock, {});
  if (store) workload.run(**store);
}

TEST(StoreFaultsTest, WithoutFaultsEverythingIsDone) {
  TemporaryFolder folder;
  FaultyDisk disk;
  Workload workload;
  run_on(folder.file("x.db"), workload);
  EXPECT_EQ(workload.accepted(), kAllJobs);
  EXPECT_EQ(workload.succeeded(), kAllJobs);
  workload.verify(folder.file("x.db"));
  EXPECT_GT(disk.calls(), 100);
}

// The power fails at the n-th sync, for every n until a run ends without a cut.
TEST(StoreFaultsTest, APowerCutAtAnySyncLosesNothingThatWasAcknowledged) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::size_t acknowledged_most = 0;
  int cuts = 0;
  for (int at = 1;; ++at) {
    SCOPED_TRACE(fmt::format("power cut at sync {}", at));
    TemporaryFolder folder;
    TemporaryFolder after;
    Workload workload;
    FaultyDisk disk;
    int syncs = 0;
    disk.set_plan([&](Call call, std::int64_t) {
      return call == Call::sync && ++syncs == at ? disk.cut_power() : 0;
    });
    run_on(folder.file("x.db"), workload);
    if (disk.has_power()) break;
    ++cuts;
    disk.crash_image(after.path(), seed + static_cast<unsigned>(at));
    disk.restore_power();
    acknowledged_most = std::max(acknowledged_most, workload.accepted());
    workload.verify(after.file("x.db"));
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(cuts, 30);
  EXPECT_EQ(acknowledged_most, kAllJobs);
}

// One call fails with an I/O error, for every call until a run has none left: the store stops, and
// nothing is lost.
TEST(StoreFaultsTest, AnErrorAtAnyCallStopsTheStoreAndLosesNothing) {
  std::int64_t stops = 0;
  for (std::int64_t at = 1;; at += 1 + at / 20) {
    SCOPED_TRACE(fmt::format("I/O error at call {}", at));
    TemporaryFolder folder;
    Workload workload;
    std::int64_t calls = 0;
    {
      FaultyDisk disk;
      disk.set_plan([&](Call call, std::int64_t number) {
        if (number != at) return 0;
        return call == Call::sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
      });
      run_on(folder.file("x.db"), workload);
      calls = disk.calls();
    }
    if (calls < at) break;
    stops += static_cast<int>(workload.succeeded() < kAllJobs);
    workload.verify(folder.file("x.db"));
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(stops, 20);
}

// What a new database takes before anything is asked of it.
std::int64_t calls_to_open() {
  TemporaryFolder folder;
  FaultyDisk disk;
  SystemClock clock;
  const auto store = store::Store::open(Workload::options(folder.file("x.db")), clock, {});
  return disk.calls();
}

// The disk is full for some calls, from every call on: submissions may be refused, everything else
// comes through by itself.
TEST(StoreFaultsTest, AFullDiskRefusesSubmissionsAndNothingElse) {
  std::size_t refused = 0;
  for (std::int64_t from = calls_to_open() + 1;; from += 1 + from / 20) {
    SCOPED_TRACE(fmt::format("no space from call {}", from));
    TemporaryFolder folder;
    Workload workload;
    std::int64_t calls = 0;
    {
      FaultyDisk disk;
      disk.set_plan([&](Call call, std::int64_t number) {
        return call == Call::write && number >= from && number < from + 15 ? SQLITE_FULL : 0;
      });
      run_on(folder.file("x.db"), workload);
      calls = disk.calls();
    }
    if (calls < from) break;
    refused += workload.refused();
    EXPECT_EQ(workload.succeeded(), workload.accepted());
    EXPECT_EQ(workload.accepted() + workload.refused() * Workload::kJobs, kAllJobs);
    workload.verify(folder.file("x.db"));
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace docwright::test
