#include "client/git.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>

#include "runtime/file_descriptor.h"

namespace docwright::client {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kTimeLimit = std::chrono::seconds(60);
constexpr std::size_t kOutputBytesMax = std::size_t{256} << 20;

// The child starts with an empty signal mask (ours may hold back Ctrl-C), reads nothing and is
// heard on stdout alone.
std::optional<pid_t> spawn(const std::vector<std::string>& arguments, int out) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none;
  sigemptyset(&none);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = -1;
  const int refused =
      posix_spawnp(&child, argv.front(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (refused != 0) return std::nullopt;
  return child;
}

// All that comes until the other end closes; nothing when it is too much or takes too long.
std::optional<std::string> read_all(int descriptor) {
  const auto end = SteadyClock::now() + kTimeLimit;
  std::string text;
  std::array<char, 65536> buffer;
  while (text.size() <= kOutputBytesMax) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - SteadyClock::now()).count();
    pollfd item{descriptor, POLLIN, 0};
    if (left <= 0 || poll(&item, 1, static_cast<int>(left)) == 0) return std::nullopt;
    const ssize_t got = read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return std::nullopt;
}

// The output of `git -C folder ...`, or nothing where git is missing, refuses or runs away.
std::optional<std::string> git(const std::string& folder, std::vector<std::string> arguments) {
  // A file system monitor is a program that the repository names.
  std::vector<std::string> command{
      "git", "-C", folder, "-c", "core.fsmonitor=false", "--no-optional-locks"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const FileDescriptor out(ends[0]);
  FileDescriptor in(ends[1]);
  const auto child = spawn(command, in.get());
  in.reset();
  if (!child) return std::nullopt;
  std::optional<std::string> output = read_all(out.get());
  if (!output) kill(*child, SIGKILL);
  int status = 0;
  while (waitpid(*child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return output;
}

}  // namespace

std::optional<std::string> git_top(const std::string& folder) {
  auto output = git(folder, {"rev-parse", "--show-toplevel"});
  if (!output || output->empty()) return std::nullopt;
  if (output->back() == '\n') output->pop_back();
  return output;
}

Result<std::vector<std::string>> git_files(const std::string& folder) {
  const auto output = git(folder, {"ls-files", "-z", "-co", "--exclude-standard"});
  if (!output) return fail(Code::io, fmt::format("git could not list the files of {}", folder));
  std::vector<std::string> files;
  std::string_view rest = *output;
  for (auto end = rest.find('\0'); end != std::string_view::npos; end = rest.find('\0')) {
    files.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return files;
}

}  // namespace docwright::client
