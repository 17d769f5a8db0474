// What a call costs in memory while it is in flight: an attempt of the pipeline (its intent, its
// request, the answer as it comes), beside bare libcurl with the same request.
#include <curl/curl.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "pipeline/call/attempt.h"
#include "pipeline/call/latch.h"
#include "providers/http_client.h"
#include "runtime/task_group.h"
#include "tests/bench/benches.h"
#include "tests/bench/hold_server.h"
#include "tests/bench/process.h"

namespace docwright::bench {
namespace {

constexpr auto kLatency = std::chrono::milliseconds(2000);
constexpr auto kAllHereWithin = std::chrono::seconds(120);

// --- one side of the comparison: a process of its own, so that its memory is its own ---

// What it does when told where: returns how many calls were answered.
using Work = std::function<int(const std::string& url)>;

class Side final {
 public:
  explicit Side(const Work& work) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) give_up("cannot make a pipe");
    pid_ = fork();
    if (pid_ < 0) give_up("cannot fork");
    if (pid_ == 0) run(work, to[0], from[1]);
    close(to[0]);
    close(from[1]);
    to_ = to[1];
    from_ = from[0];
  }
  ~Side() {
    close(to_);
    close(from_);
    waitpid(pid_, nullptr, 0);
  }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  void start(const std::string& url) { (void)!write(to_, url.data(), url.size()); }
  int answered() {
    int count = 0;
    return read(from_, &count, sizeof count) == sizeof count ? count : 0;
  }
  std::size_t resident_bytes() const {
    std::ifstream file(fmt::format("/proc/{}/statm", pid_));
    std::size_t size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }

 private:
  [[noreturn]] static void run(const Work& work, int from_parent, int to_parent) {
    char url[256] = {};
    int count = 0;
    if (read(from_parent, url, sizeof url - 1) > 0) count = work(url);
    (void)!write(to_parent, &count, sizeof count);
    _exit(0);
  }

  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
};

struct Weighed {
  double bytes_per_call = 0;
  int answered = 0;
};

// The most that the side holds between the arrival of the last request and the answers.
Weighed weigh(const Work& work, int calls, bool streamed) {
  Side side(work);
  HoldServer server(calls, streamed, kLatency);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // until it waits for its word
  const std::size_t before = side.resident_bytes();
  side.start(server.url());
  if (!server.await_all(kAllHereWithin)) give_up("not all requests came within two minutes");
  std::size_t most = 0;
  while (!server.answered()) {
    most = std::max(most, side.resident_bytes());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return {static_cast<double>(most - std::min(most, before)) / calls, side.answered()};
}

// --- docwright ---

// Remembers nothing.
class NoJournal final : public pipeline::Journal {
 public:
  using Plan = pipeline::Plan;
  using Job = pipeline::Job;
  Task<Result<std::optional<Plan>>> plan(const Job&) override { co_return std::nullopt; }
  Task<Result<void>> save_plan(const Job&, const Plan&) override { co_return Result<void>{}; }
  Task<Result<void>> divide(const Job&, const pipeline::Chunk&, const pipeline::Chunk&) override {
    co_return Result<void>{};
  }
  Task<Result<std::optional<pipeline::RecordedAnswer>>> answer(const Job&,
                                                               pipeline::QuestionKey) override {
    co_return std::nullopt;
  }
  Task<Result<Tried>> tried(const Job&, pipeline::QuestionKey) override { co_return Tried{}; }
  Task<Result<pipeline::IntentOutcome>> intend(const Job&, pipeline::Intent) override {
    co_return pipeline::Granted{};
  }
  Task<void> released(const pipeline::Refused&, Moment) override { co_return; }
  Task<Result<void>> answered(const Job&, pipeline::CallReport, providers::Answer, Nusd) override {
    ++answers;
    co_return Result<void>{};
  }
  Task<Result<void>> failed(const Job&, pipeline::CallReport, providers::CallError) override {
    co_return Result<void>{};
  }
  Task<Result<void>> unknown(const Job&, pipeline::CallReport, providers::CallError) override {
    co_return Result<void>{};
  }
  Task<Result<std::optional<std::string>>> pinned(Hash) override { co_return std::nullopt; }
  Task<Result<void>> pin(Hash, std::string) override { co_return Result<void>{}; }

  int answers = 0;
};

class NoMetrics final : public pipeline::Metrics {
 public:
  void record(const pipeline::Operation&) override {}
  void reused(const Reuse&) override {}
};

std::shared_ptr<const providers::Question> question(int number) {
  static const auto schema =
      std::make_shared<const Json>(Json{{"type", "object"},
                                        {"properties", {{"summary", {{"type", "string"}}}}},
                                        {"required", {"summary"}},
                                        {"additionalProperties", false}});
  auto asked = std::make_shared<providers::Question>();
  asked->model = "bench";
  asked->messages = {{"system", std::string(600, 's'), true},
                     {"user", fmt::format("{} {}", number, std::string(2000, 'u'))}};
  asked->answer_tokens_max = 1000;
  asked->schema_name = "answer";
  asked->schema = schema;
  return asked;
}

class Calls final {
 public:
  Calls(int count, bool streamed) : count_(count), streamed_(streamed) {}

  int run(const std::string& url) {
    endpoint_ = {url, "not-a-key", "k", {}};
    for (int number = 0; number < count_; ++number) group_.spawn("call", one(number));
    group_.spawn("end", end());
    loop_.run();
    pool_.join();
    return journal_.answers;
  }
  // What every attempt sends, but for its number.
  static std::string body(const providers::Provider& provider, bool streamed) {
    return provider.codec->encode(*question(0), {}, {}, streamed).body;
  }

 private:
  Task<void> one(int number) {
    auto order = std::make_shared<pipeline::AttemptOrder>();
    order->job = job_;
    order->inquiry.key.chunk = number;
    order->inquiry.question = question(number);
    order->inquiry.provider = registry_.find("openai");
    order->inquiry.model = &model_;
    order->inquiry.time_limit = std::chrono::minutes(10);
    order->inquiry.stream = streamed_ ? pipeline::Stream::always : pipeline::Stream::never;
    order->endpoint = endpoint_;
    order->still_wanted = [] { return true; };
    order->sending = [](Nusd) {};
    order->received = [] {};
    order->is_cut = [] { return false; };
    order->heard = [](int, const providers::Headers&) {};
    co_await pipeline::attempt({loop_, pool_, journal_, metrics_, sender_}, std::move(order));
    if (++ended_ == count_) done_.open();
  }
  Task<void> end() {
    co_await done_.wait();
    loop_.stop();
  }
  static providers::HttpOptions http_options(int calls) {
    providers::HttpOptions options;
    options.limits.connections_per_host = static_cast<std::size_t>(calls);
    return options;
  }
  static std::shared_ptr<const pipeline::Job> some_job(const Clock& clock) {
    auto job = std::make_shared<pipeline::Job>();
    job->id = "bench";
    job->deadline = clock.now() + std::chrono::hours(1);
    return job;
  }

  const int count_;
  const bool streamed_;
  int ended_ = 0;
  SystemClock clock_;
  Loop loop_{clock_};
  Pool pool_{loop_, 1};
  pipeline::Latch done_{loop_};
  NoJournal journal_;
  NoMetrics metrics_;
  const providers::Registry registry_ = providers::all_providers();
  const providers::Model model_;
  providers::Endpoint endpoint_;
  const std::shared_ptr<const pipeline::Job> job_ = some_job(clock_);
  providers::HttpClient http_{loop_, http_options(count_)};
  pipeline::HttpSender sender_{http_};
  TaskGroup group_{loop_, [](const std::string&, const std::exception_ptr&) { _exit(1); }};
};

// --- bare libcurl ---

std::size_t append(char* bytes, std::size_t size, std::size_t count, void* target) {
  static_cast<std::string*>(target)->append(bytes, size * count);
  return size * count;
}

int send_all_bare(const std::string& url, const std::string& body, int count) {
  CURLM* multi = curl_multi_init();
  curl_slist* headers =
      curl_slist_append(curl_slist_append(nullptr, "Content-Type: application/json"), "Expect:");
  std::vector<std::string> answers(static_cast<std::size_t>(count));
  const std::string address = url + "/chat/completions";
  for (std::string& answer : answers) {
    CURL* handle = curl_easy_init();
    curl_easy_setopt(handle, CURLOPT_URL, address.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_multi_add_handle(multi, handle);
  }
  int answered = 0;
  for (int running = count; running > 0;) {
    curl_multi_perform(multi, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE && message->data.result == CURLE_OK) ++answered;
    }
    // Not at each event: libcurl looks at every transfer each time.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return answered;
}

// --- the comparison ---

// All that the hard limit of descriptors allows, up to `wanted`; the rest is for what else is open.
int descriptors_for(int wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kOthers = 200;
  if (limit.rlim_max < 2 * kOthers) give_up("the hard limit of descriptors is too low");
  return static_cast<int>(std::min<rlim_t>(static_cast<rlim_t>(wanted), limit.rlim_max - kOthers));
}

Json compare(int calls, bool streamed) {
  const std::string body = Calls::body(*providers::all_providers().find("openai"), streamed);
  const Weighed bare = weigh(
      [&](const std::string& url) { return send_all_bare(url, body, calls); }, calls, streamed);
  const Weighed ours = weigh(
      [&](const std::string& url) {
        // Left to the end of the process: nobody waits for what is taken apart.
        auto* made = new Calls(calls, streamed);
        return made->run(url);
      },
      calls, streamed);
  if (bare.answered != calls || ours.answered != calls)
    give_up(
        fmt::format("{} and {} of {} calls were answered", bare.answered, ours.answered, calls));
  return {{"docwright_kib_per_call", ours.bytes_per_call / 1024},
          {"bare_kib_per_call", bare.bytes_per_call / 1024},
          {"calls", calls}};
}

}  // namespace

Json inflight(double scale) {
  const int wanted = std::max(50, static_cast<int>(10'000 * scale));
  const int calls = descriptors_for(wanted);
  Json result = {{"goal", "docwright_kib_per_call <= 40"},
                 {"plain", compare(calls, false)},
                 {"streams", compare(calls, true)}};
  if (calls < wanted) result["scaled_down"] = "by the hard limit of descriptors";
  return result;
}

}  // namespace docwright::bench
