#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "tests/bench/benches.h"
#include "tests/bench/front.h"
#include "tests/bench/process.h"
#include "tests/bench/requests.h"

namespace docwright::bench {
namespace {

constexpr int kWindow = 64;

Submission small_job(int number, const std::string& model) {
  Submission submission;
  submission.job = {{"path", fmt::format("src/file_{}.py", number)}, {"model", model}};
  submission.source =
      fmt::format("def scale_{0}(value, factor=2):\n    return value * factor + {0}\n", number);
  return submission;
}

struct Simulator {
  Process process;
  int port;
  explicit Simulator(const std::string& folder)
      : process({DOCWRIGHT_BUILD_DIR "/docwright", "simulator", "--port", "0"}, {},
                folder + "/simulator.log"),
        port(0) {
    const std::string line = process.read_line();
    const Json ready = Json::parse(line, nullptr, false);
    if (!ready.is_object() || !ready.contains("port"))
      give_up("the simulator did not say its port: " + line);
    port = ready.at("port").get<int>();
  }
  std::string base_url() const { return fmt::format("http://127.0.0.1:{}/v1", port); }
};

constexpr const char* kStreamed = "models:\n  gpt-5.4-nano:\n    streaming: always\n";

std::string write_config(const std::string& folder, const std::string& more) {
  const std::string path = folder + "/bench.yaml";
  std::ofstream(path) << "queue:\n  jobs_at_once: " << kWindow << "\n" << more;
  return path;
}

std::vector<std::string> openai_at(const std::string& base_url) {
  return {"OPENAI_API_KEY=not-a-key", "OPENAI_BASE_URL=" + base_url};
}

// The body of the request that docwright sends for a small job.
std::string captured_body(const std::string& config) {
  Folder folder;
  Capture capture;
  Process daemon({DOCWRIGHT_BUILD_DIR "/docwrightd", "--state", folder.path(), "--config",
                  write_config(folder.path(), config)},
                 openai_at(fmt::format("http://127.0.0.1:{}/v1", capture.port())),
                 folder.path() + "/log");
  Front front(folder.path());
  front.submit(1, 1, [](int) { return small_job(0, "gpt-5.4-nano"); });
  return capture.body();
}

Json measure(int jobs, const std::string& model, const std::string& config = {}) {
  Folder folder;
  Simulator simulator(folder.path());
  const std::string body = captured_body(config);
  const std::string url = simulator.base_url() + "/chat/completions";
  send_bare(url, body, std::min(jobs, 200), kWindow);  // warm
  const BareRequests bare_before = send_bare(url, body, jobs, kWindow);

  Process daemon({DOCWRIGHT_BUILD_DIR "/docwrightd", "--state", folder.path(), "--config",
                  write_config(folder.path(), config)},
                 openai_at(simulator.base_url()), folder.path() + "/log");
  Front front(folder.path());
  front.submit(std::min(jobs, 200), kWindow,
               [&](int number) { return small_job(1'000'000 + number, model); });
  front.await_idle();
  const auto cpu_before = daemon.cpu();
  const auto wall_before = std::chrono::steady_clock::now();
  front.submit(jobs, kWindow, [&](int number) { return small_job(number, model); });
  front.await_idle();
  const std::chrono::duration<double, std::micro> wall =
      std::chrono::steady_clock::now() - wall_before;
  const double cpu = static_cast<double>((daemon.cpu() - cpu_before).count()) / jobs;
  // Before and after: the machine is not equally busy all the time.
  const BareRequests bare_after = send_bare(url, body, jobs, kWindow);
  const double bare_cpu =
      static_cast<double>((bare_before.cpu + bare_after.cpu).count()) / (2 * jobs);
  return {{"ratio", cpu / bare_cpu},
          {"goal", "<= 12"},
          {"docwright_cpu_us_per_job", cpu},
          {"bare_cpu_us_per_request", bare_cpu},
          {"docwright_cores_used", cpu * jobs / wall.count()},
          {"jobs", jobs}};
}

}  // namespace

Json life(double scale) {
  return measure(std::max(20, static_cast<int>(5'000 * scale)), "offline");
}

Json call(double scale) {
  return measure(std::max(20, static_cast<int>(5'000 * scale)), "gpt-5.4-nano");
}

Json stream(double scale) {
  return measure(std::max(20, static_cast<int>(5'000 * scale)), "gpt-5.4-nano", kStreamed);
}

}  // namespace docwright::bench
