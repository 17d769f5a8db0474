#include "outline/service/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "outline/service/child.h"
#include "outline/syntax/tree.h"

namespace docwright::outline {
namespace {

// How posix_spawn() prepares the child; freed with it.
class Spawn {
 public:
  explicit Spawn(int socket) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, socket, kChildSocket);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kChildSocket + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    // A group of its own: a terminal's Ctrl-C is for the daemon.
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  int run(pid_t& pid, std::string program, std::string argument) {
    std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    return posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments.data(),
                       environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::unexpected<Error> cannot(std::string_view what, int error) {
  return fail(Code::unavailable, fmt::format("No outline child could be started: {}: {}.", what,
                                             strerrordesc_np(error)));
}

End end_of(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGXCPU) return {"used up its CPU time", true};
    return {fmt::format("crashed (signal {}, {})", signal, sigdescr_np(signal))};
  }
  if (WEXITSTATUS(status) == kExitOutOfMemory) return {"ran out of the memory that it may use"};
  return {fmt::format("gave up (exit code {})", WEXITSTATUS(status))};
}

}  // namespace

Result<std::unique_ptr<Process>> Process::start(Loop& loop, const std::string& program,
                                                const char* argument) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return cannot("no socket pair", errno);
  pid_t pid = 0;
  const int error = Spawn(ends[1]).run(pid, program, argument);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    return cannot(program, error);
  }
  const int pid_fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pid_fd < 0) {
    const int reason = errno;
    close(ends[0]);
    ::kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return cannot("no pidfd", reason);
  }
  return std::unique_ptr<Process>(new Process(loop, pid, pid_fd, ends[0]));
}

Process::Process(Loop& loop, int pid, int pid_fd, int socket)
    : pid_(pid),
      end_(loop.executor(), pid_fd),
      socket_(loop.executor(), boost::asio::local::stream_protocol(), socket) {}

Process::~Process() {
  if (pid_ == 0) return;
  kill();
  const auto end = std::make_shared<Descriptor>(std::move(end_));
  end->async_wait(boost::asio::posix::descriptor_base::wait_read,
                  [end, pid = pid_](boost::system::error_code) { waitpid(pid, nullptr, WNOHANG); });
}

bool Process::is_alive() {
  char byte = 0;
  const ssize_t got = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Process::kill() {
  if (pid_ != 0) ::kill(pid_, SIGKILL);
}

End Process::reap() {
  int status = 0;
  if (pid_ == 0) return {"ended"};
  const pid_t reaped = waitpid(pid_, &status, WNOHANG);
  if (reaped == 0) return {"does not end"};
  pid_ = 0;
  return reaped < 0 ? End{"ended"} : end_of(status);
}

Task<End> Process::ended() {
  co_await end_.async_wait(boost::asio::posix::descriptor_base::wait_read, use_task);
  co_return reap();
}

}  // namespace docwright::outline
