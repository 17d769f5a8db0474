#include <fmt/core.h>

#include <algorithm>
#include <chrono>
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

// Rounds of: docwright takes `jobs`, then bare SQLite writes the rows that docwright wrote. Ratio
// of their speeds.
Json compare(int jobs, int window, int jobs_per_transaction) {
  std::vector<double> ratios;
  std::vector<double> docwright_us;
  std::vector<double> bare_us;
  for (int round = 0; round < 3; ++round) {
    Folder folder;
    {
      Process daemon({DOCWRIGHT_BUILD_DIR "/docwrightd", "--state", folder.path()}, {},
                     folder.path() + "/log");
      Front front(folder.path());
      front.ask({{"verb", "pause"}});  // accept only: no job starts
      const auto time = front.submit(jobs, window, [](int number) {
        Submission submission;
        submission.job = {{"path", fmt::format("src/file_{}.py", number)}, {"model", "offline"}};
        submission.source = source_of(number);
        return submission;
      });
      docwright_us.push_back(static_cast<double>(time.count()) / jobs);
    }
    bare_us.push_back(
        static_cast<double>(replay(folder.path() + "/docwright.db", folder.path() + "/bare.db",
                                   std::max(1, jobs / jobs_per_transaction))
                                .count()) /
        jobs);
    ratios.push_back(bare_us.back() / docwright_us.back());
  }
  return {{"ratio", median(ratios)},
          {"goal", ">= 0.5"},
          {"docwright_us_per_job", median(docwright_us)},
          {"bare_sqlite_us_per_job", median(bare_us)},
          {"jobs", jobs}};
}

}  // namespace

Json submit(double scale) {
  return compare(std::max(256, static_cast<int>(20'000 * scale)), 256, 256);
}

Json lockstep(double scale) {
  return compare(std::max(20, static_cast<int>(2'000 * scale)), 1, 1);
}

}  // namespace docwright::bench
