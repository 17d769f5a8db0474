// docwright_bench [--scale X] NAME...: ratios, measured side by side in one run, printed as JSON.
//
//   submit    acknowledged jobs of 1 KiB, 256 in flight, against bare SQLite that writes
//             identical rows in transactions of 256 (replay.h): its speed is 1, goal >= 0.5
//   lockstep  the same, one at a time, against a transaction for each job: goal >= 0.5
//   life      CPU of one small job, offline, from submit to its document, over the CPU of a bare
//             libcurl request to the simulator: goal <= 12
//   call      CPU of one small job with one call, 64 at once, over the CPU of a bare libcurl loop
//             that sends the same requests: goal <= 12
//   stream    the same with its answer as a stream
//   inflight  resident memory per call while 10,000 plain calls, and then 10,000 streams, are in
//             flight at once, beside bare libcurl doing the same: goal <= 40 KiB
//   limits    how much of a provider's limits is used, and how many requests it refuses for them;
//             in virtual time: goal >= 99 % and < 0.1 %; beside it, without a goal, limits that
//             nobody tells, and servers that let calls wait
//   depth     time to claim at 1,000,000 queued rows over that at 1,000: goal <= 2
//   start     seconds until ready with 100,000 rows queued and running: goal <= 1
//   all       every one of them
//
// docwrightd and docwright are taken from the folder that this binary was built in. State is kept
// in the temporary folder.
#include <fmt/core.h>

#include <cstdlib>
#include <string_view>

#include "tests/bench/benches.h"
#include "tests/bench/process.h"

int main(int argc, char** argv) {
  using namespace docwright;
  struct Entry {
    std::string_view name;
    Json (*run)(double);
  };
  constexpr Entry menu[] = {
      {"submit", bench::submit}, {"lockstep", bench::lockstep}, {"life", bench::life},
      {"call", bench::call},     {"stream", bench::stream},     {"inflight", bench::inflight},
      {"limits", bench::limits}, {"depth", bench::depth},       {"start", bench::start}};
  double scale = 1;
  Json results = Json::object();
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--scale" && i + 1 < argc) {
      scale = std::strtod(argv[++i], nullptr);
      if (!(scale > 0 && scale <= 10))
        bench::give_up("--scale needs a number above 0 and at most 10");
      continue;
    }
    bool known = false;
    for (const auto& entry : menu) {
      if (word != entry.name && word != "all") continue;
      known = true;
      fmt::print(stderr, "{} ...\n", entry.name);
      results[std::string(entry.name)] = entry.run(scale);
    }
    if (!known)
      bench::give_up(
          fmt::format("no bench '{}': see the menu at the top of tests/bench/bench.cpp", word));
  }
  fmt::print("{}\n", results.dump(2));
}
