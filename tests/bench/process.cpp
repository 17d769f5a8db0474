#include "tests/bench/process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace docwright::bench {
namespace {

std::chrono::microseconds ticks(long count) {
  return std::chrono::microseconds(count * 1'000'000 / sysconf(_SC_CLK_TCK));
}

std::chrono::microseconds of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

// Fields 14 to 17 of /proc/PID/stat (proc(5)): user, system, and the same of children that were
// waited for.
std::chrono::microseconds cpu_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 2));
  std::string word;
  long sum = 0;
  for (int field = 3; field <= 17 && fields >> word; ++field) {
    if (field >= 14) sum += std::stol(word);
  }
  return ticks(sum);
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  std::error_code error;
  for (const auto& task :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), error)) {
    std::ifstream file(task.path() / "children");
    for (pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

}  // namespace

Folder::Folder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "docwright-bench-XXXXXX").string();
  if (!mkdtemp(pattern.data())) give_up("cannot make a temporary folder");
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Process::Process(std::vector<std::string> arguments, std::vector<std::string> environment,
                 const std::string& log) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) give_up("cannot make a pipe");
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (auto& entry : environment) envp.push_back(entry.data());
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int failure = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  output_ = ends[0];
  if (failure != 0) give_up(fmt::format("cannot start {}: {}", arguments[0], strerror(failure)));
}

Process::~Process() {
  stop();
  if (output_ >= 0) close(output_);
}

void Process::stop() {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  for (int tries = 0; tries < 1000; ++tries) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string Process::read_line() {
  std::string line;
  for (char byte = 0; read(output_, &byte, 1) == 1 && byte != '\n';) line += byte;
  return line;
}

std::chrono::microseconds Process::cpu() const {
  auto sum = cpu_of(pid_);
  for (const pid_t child : children_of(pid_)) sum += cpu_of(child);
  return sum;
}

std::chrono::microseconds own_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return of(usage.ru_utime) + of(usage.ru_stime);
}

void give_up(const std::string& sentence) {
  fmt::print(stderr, "docwright_bench: {}\n", sentence);
  std::exit(1);
}

}  // namespace docwright::bench
