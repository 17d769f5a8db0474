#include "daemon/accept_guard.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace docwright::daemon {
namespace {

int descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT_MAX) return INT_MAX;
  return static_cast<int>(limit.rlim_cur);
}

// The listener is asked again at once, as long as somebody waits to be accepted: not thousands of
// times a second.
void rest() {
  const timespec moment{.tv_sec = 0, .tv_nsec = 1'000'000};
  ::nanosleep(&moment, nullptr);
}

}  // namespace

void guard_accept() {}

}  // namespace docwright::daemon

extern "C" int accept4(int listener, sockaddr* address, socklen_t* length, int flags) {
  const auto descriptor =
      static_cast<int>(::syscall(SYS_accept4, listener, address, length, flags));
  if (descriptor < 0) {
    if (errno == EMFILE) {
      docwright::daemon::rest();
      errno = ENFILE;  // which libzmq takes calmly
    }
    return -1;
  }
  if (docwright::daemon::may_stay(descriptor, docwright::daemon::descriptor_limit()))
    return descriptor;
  ::close(descriptor);
  docwright::daemon::rest();
  errno = ECONNABORTED;
  return -1;
}
