// Children that hang, grow or die take nothing along, and the next file gets a new one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <fstream>

#include "outline/outline_service.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"
#include "tests/support/temporary_folder.h"

namespace docwright::outline {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::shared_ptr<const std::string> text(std::string source) {
  return std::make_shared<const std::string>(std::move(source));
}

// The parser needs seconds for it: '<' may open a template's arguments or compare.
std::shared_ptr<const std::string> slow_source() {
  std::string source;
  for (int i = 0; i < 2'000'000; ++i) source += "a<";
  return text(std::move(source));
}

// Processes whose parent is this one.
std::vector<int> children() {
  std::vector<int> pids;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "children");
    for (int pid = 0; file >> pid;) pids.push_back(pid);
  }
  return pids;
}

// This program, behind a script that leaves a byte in the file "starts" each time.
std::string counting_program(const test::TemporaryFolder& folder) {
  const std::string script = folder.file("child.sh");
  std::ofstream(script) << "#!/bin/sh\nprintf . >>" << folder.file("starts") << "\nexec "
                        << std::filesystem::read_symlink("/proc/self/exe").string() << " \"$1\"\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  return script;
}

class ServiceTest : public testing::Test {
 protected:
  void start(ServiceOptions options = {}) { service_ = std::make_unique<Service>(loop_, options); }

  // Spawns a request; its result is there when run() returns.
  TaskGroup::Handle request(std::shared_ptr<const std::string> source,
                            Language language = Language::python) {
    results_.emplace_back();
    return group_.spawn("request", ask(language, std::move(source), results_.size() - 1));
  }

  // Until every task has ended.
  void run() {
    boost::asio::co_spawn(loop_.context(), stop_when_done(), [](std::exception_ptr) {});
    loop_.run();
  }

  Result<Outline> outline_of(std::shared_ptr<const std::string> source,
                             Language language = Language::python) {
    request(std::move(source), language);
    run();
    return *results_.back();
  }

  // No child outlives its service, not even as a zombie.
  void TearDown() override {
    service_.reset();
    group_.spawn("reaped", all_reaped());
    run();
    EXPECT_EQ(failures_, 0);
  }

  Task<void> ask(Language language, std::shared_ptr<const std::string> source, std::size_t slot) {
    results_[slot] = co_await service_->outline(language, std::move(source));
  }
  Task<void> outline_later(std::optional<Moment>& turn) {
    const std::function<void()> begins = [this, &turn] { turn = clock_.moment(); };
    co_await service_->outline(Language::python, text("def f(): pass\n"), begins);
  }
  Task<void> stop_when_done() {
    co_await group_.close();
    loop_.stop();
  }
  Task<void> crash_first_child() {
    while (children().empty()) co_await loop_.sleep(std::chrono::milliseconds(1));
    co_await loop_.sleep(std::chrono::milliseconds(20));  // by then it parses
    for (const int signal : {SIGSEGV, SIGCONT}) kill(children().at(0), signal);
  }
  Task<void> all_reaped() {
    while (!children().empty()) co_await loop_.sleep(std::chrono::milliseconds(1));
  }

  SystemClock clock_;
  Loop loop_{clock_};
  int failures_ = 0;
  TaskGroup group_{loop_, [this](const std::string&, std::exception_ptr) { ++failures_; }};
  std::unique_ptr<Service> service_;
  std::vector<std::optional<Result<Outline>>> results_;
};

TEST_F(ServiceTest, OutlinesAsTheFunctionDoes) {
  start();
  const auto source =
      text("class A:\n  def f(self, x: int = 1) -> str:\n    '''doc'''\n    raise ValueError(x)\n");
  const Result<Outline> outline = outline_of(source);
  ASSERT_TRUE(outline) << outline.error().message;
  EXPECT_EQ(*outline, outline_source(Language::python, *source));
  EXPECT_THAT(outline->definitions, SizeIs(2));
}

TEST_F(ServiceTest, ReusesAChildForManyFiles) {
  start({.children = 1});
  for (int i = 0; i < 50; ++i) request(text("def f" + std::to_string(i) + "(): pass\n"));
  run();
  EXPECT_THAT(children(), SizeIs(1));
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(results_[static_cast<std::size_t>(i)].value());
    EXPECT_EQ((**results_[static_cast<std::size_t>(i)]).definitions.at(0).name,
              "f" + std::to_string(i));
  }
}

TEST_F(ServiceTest, StartsNoMoreChildrenThanItMay) {
  start({.children = 3});
  for (int i = 0; i < 20; ++i) request(text("def f(): pass\n"));
  run();
  EXPECT_THAT(children(), SizeIs(3));
}

TEST_F(ServiceTest, AChildThatIsKilledIsReplaced) {
  start({.children = 1});
  ASSERT_TRUE(outline_of(text("def f(): pass\n")));
  const std::vector<int> before = children();
  ASSERT_THAT(before, SizeIs(1));
  kill(before[0], SIGKILL);
  const Result<Outline> outline = outline_of(text("def g(): pass\n"));
  ASSERT_TRUE(outline) << outline.error().message;
  EXPECT_NE(children(), before);
}

TEST_F(ServiceTest, ACrashWhileParsingIsThatFilesError) {
  start({.children = 1});
  request(slow_source(), Language::cpp);
  group_.spawn("crash", crash_first_child());
  run();
  ASSERT_FALSE(*results_.back());
  EXPECT_EQ((*results_.back()).error().code, Code::source_refused);
  // A sanitizer turns the signal into an exit of its own.
  EXPECT_THAT((*results_.back()).error().message,
              testing::AnyOf("The parser crashed (signal 11, Segmentation fault) on this file.",
                             testing::HasSubstr("exit")));
  EXPECT_TRUE(outline_of(text("def h(): pass\n")));
}

TEST_F(ServiceTest, ACrashOfAUsedChildIsTriedAgainInANewOne) {
  start({.children = 1});
  ASSERT_TRUE(outline_of(text("def f(): pass\n")));
  ASSERT_THAT(children(), SizeIs(1));
  kill(children()[0], SIGSTOP);  // so that the request is surely on its way when the child dies
  request(text("def g(): pass\n"));
  group_.spawn("crash", crash_first_child());
  run();
  EXPECT_TRUE(*results_.back());
}

TEST_F(ServiceTest, AFileThatTakesTooLongIsGivenUp) {
  start({.children = 1, .time_limit = std::chrono::milliseconds(100)});
  const Result<Outline> outline = outline_of(slow_source(), Language::cpp);
  ASSERT_FALSE(outline);
  EXPECT_EQ(outline.error().code, Code::source_refused);
  EXPECT_EQ(outline.error().message, "The parser did not finish this file within 100ms.");
  EXPECT_TRUE(outline_of(text("def h(): pass\n")));
}

// Each request has its time for itself: that a child has worked before is no excuse.
TEST_F(ServiceTest, AFileThatTakesTooLongIsNotTriedAgainInANewChild) {
  const test::TemporaryFolder folder;
  const std::string program = counting_program(folder);
  start({.program = program, .children = 1, .time_limit = std::chrono::seconds(1)});
  ASSERT_TRUE(outline_of(text("def f(): pass\n")));
  EXPECT_FALSE(outline_of(slow_source(), Language::cpp));
  EXPECT_EQ(std::filesystem::file_size(folder.file("starts")), 1U);
}

TEST_F(ServiceTest, AFileThatTakesTooMuchCpuTimeIsGivenUp) {
  start({.children = 1, .cpu_limit = std::chrono::seconds(1)});
  std::string source = "x = [";
  for (int i = 0; i < 4'000'000; ++i) source += ",1";
  const Result<Outline> outline = outline_of(text(std::move(source)));
  ASSERT_FALSE(outline);
  EXPECT_EQ(outline.error().code, Code::source_refused);
  EXPECT_EQ(outline.error().message, "The parser used up its CPU time on this file.");
}

TEST_F(ServiceTest, AChildThatNeedsTooMuchMemoryIsGivenUp) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "no limit on addresses under sanitizers";
#endif
  start({.children = 1, .memory_bytes_max = std::size_t{96} << 20});
  std::string source;
  for (int i = 0; i < 2'000'000; ++i) source += "x=1\n";
  const Result<Outline> outline = outline_of(text(std::move(source)));
  ASSERT_FALSE(outline);
  EXPECT_THAT(outline.error().message, HasSubstr("memory"));
  EXPECT_TRUE(outline_of(text("def h(): pass\n")));
}

TEST_F(ServiceTest, ACancelledRequestFreesItsPlace) {
  start({.children = 1});
  TaskGroup::Handle handle = request(slow_source(), Language::cpp);
  loop_.post([&] { handle.cancel(); });
  const Result<Outline> outline = outline_of(text("def h(): pass\n"));
  ASSERT_TRUE(outline) << outline.error().message;
  EXPECT_FALSE(results_[0].has_value());
}

TEST_F(ServiceTest, ARequestIsToldWhenItsTurnHasCome) {
  const Duration limit = std::chrono::milliseconds(100);
  start({.children = 1, .time_limit = limit});
  const Moment begin = clock_.moment();
  std::optional<Moment> turn;
  request(slow_source(), Language::cpp);
  group_.spawn("waits", outline_later(turn));
  run();
  ASSERT_TRUE(turn);
  EXPECT_GE(*turn - begin, limit);
}

TEST_F(ServiceTest, TooLargeAFileIsRefusedUnread) {
  start({.source_bytes_max = 10});
  const Result<Outline> outline = outline_of(text("def f(): pass\n"));
  ASSERT_FALSE(outline);
  EXPECT_EQ(outline.error().message, "The file has 14 bytes; outlines are made of at most 10.");
}

TEST_F(ServiceTest, SaysWhichProgramCannotBeStarted) {
  start({.program = "/nonexistent/program"});
  const Result<Outline> outline = outline_of(text("def f(): pass\n"));
  ASSERT_FALSE(outline);
  EXPECT_EQ(outline.error().code, Code::unavailable);
  EXPECT_THAT(outline.error().message, HasSubstr("/nonexistent/program"));
}

TEST_F(ServiceTest, HostileFilesEnd) {
  start({.time_limit = std::chrono::seconds(30)});
  for (const Language language : {Language::python, Language::c, Language::cpp}) {
    request(text(std::string(50'000, '(')), language);
    request(text(std::string(50'000, '{')), language);
    request(text(std::string(50'000, '[')), language);
    request(text(std::string(5'000'000, 'a')), language);
    request(text("x = [" + std::string(300'000, ',') + "]" + std::string(300'000, ',')), language);
    request(text(std::string(100'000, '"')), language);
    request(text(std::string(1000, '\0')), language);
  }
  run();
  for (const auto& result : results_) {
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(*result) << result->error().message;
  }
}

}  // namespace
}  // namespace docwright::outline
