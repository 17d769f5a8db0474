#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "tests/bench/benches.h"
#include "tests/bench/front.h"
#include "tests/bench/process.h"
#include "tests/bench/replay.h"

namespace docwright::bench {
namespace {

// 1 KiB of Python that no other number has.
std::string source_of(int number) {
  std::string text = fmt::format(
      "def function_{0}(value):\n    \"\"\"Number {0}.\"\"\"\n    return value + {0}\n", number);
  while (text.size() < 1000) text += "# a line that makes the source longer, as sources are\n";
  text.resize(1023);
  return text + "\n";
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

constexpr int kRounds = 5;

// What a round took for each job, in microseconds: on the clock, and of CPU. (Where other programs
// are busy, the clock tells of them too: docwright hands each job through four threads.)
struct Cost {
  double wall, cpu;
};

Cost of_docwright(const Folder& folder, int jobs, int window) {
  Process daemon({DOCWRIGHT_BUILD_DIR "/docwrightd", "--state", folder.path()}, {},
                 folder.path() + "/log");
  Front front(folder.path());
  front.ask({{"verb", "pause"}});  // accept only: no job starts
  const auto cpu_before = daemon.cpu();
  const auto wall = front.submit(jobs, window, [](int number) {
    Submission submission;
    submission.job = {{"path", fmt::format("src/file_{}.py", number)}, {"model", "offline"}};
    submission.source = source_of(number);
    return submission;
  });
  const auto cpu = daemon.cpu() - cpu_before;
  return {static_cast<double>(wall.count()) / jobs, static_cast<double>(cpu.count()) / jobs};
}

Cost of_bare_sqlite(const Folder& folder, int jobs, int transactions) {
  const Replayed replayed =
      replay(folder.path() + "/docwright.db", folder.path() + "/bare.db", transactions);
  return {static_cast<double>(replayed.wall.count()) / jobs,
          static_cast<double>(replayed.cpu.count()) / jobs};
}

// Rounds of: docwright takes `jobs`, then bare SQLite writes the rows that docwright wrote. Ratio
// of their speeds.
Json compare(int jobs, int window, int jobs_per_transaction) {
  std::vector<double> ratios, docwright_wall, docwright_cpu, bare_wall, bare_cpu;
  for (int round = 0; round < kRounds; ++round) {
    const Folder folder;
    const Cost docwright = of_docwright(folder, jobs, window);
    const Cost bare = of_bare_sqlite(folder, jobs, std::max(1, jobs / jobs_per_transaction));
    ratios.push_back(bare.wall / docwright.wall);
    docwright_wall.push_back(docwright.wall);
    docwright_cpu.push_back(docwright.cpu);
    bare_wall.push_back(bare.wall);
    bare_cpu.push_back(bare.cpu);
  }
  return {{"ratio", median(ratios)},
          {"goal", ">= 0.5"},
          {"docwright_us_per_job", median(docwright_wall)},
          {"bare_sqlite_us_per_job", median(bare_wall)},
          {"docwright_cpu_us_per_job", median(docwright_cpu)},
          {"bare_sqlite_cpu_us_per_job", median(bare_cpu)},
          {"jobs", jobs},
          {"rounds", kRounds}};
}

}  // namespace

Json submit(double scale) {
  return compare(std::max(256, static_cast<int>(20'000 * scale)), 256, 256);
}

Json lockstep(double scale) {
  return compare(std::max(20, static_cast<int>(2'000 * scale)), 1, 1);
}

}  // namespace docwright::bench
