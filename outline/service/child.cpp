// The child's side: plain blocking reads and writes; it holds nothing worth keeping.
#include "outline/service/child.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <exception>
#include <new>
#include <span>
#include <string>

#include "outline/outline_service.h"
#include "outline/service/codec.h"
#include "outline/syntax/tree.h"

namespace docwright::outline {
namespace {

bool read_all(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = read(kChildSocket, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool write_all(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(kChildSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

void limit(int resource, rlim_t most) {
  rlimit now{};
  getrlimit(static_cast<__rlimit_resource_t>(resource), &now);
  now.rlim_cur = std::min(most, now.rlim_max);
  setrlimit(static_cast<__rlimit_resource_t>(resource), &now);
}

// No new files, no output to files, no core dump with somebody's source in it, no life after the
// parent.
void settle_down() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
}

// The limit counts the CPU time of the whole process, so each request moves it on.
void limit_cpu(std::uint32_t seconds) {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const rlim_t so_far = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
  limit(RLIMIT_CPU, so_far + 1 + seconds);
}

void limit_memory(std::uint64_t bytes) {
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) && \
    !__has_feature(thread_sanitizer)
  limit(RLIMIT_AS, bytes);
#else
  (void)bytes;  // shadow memory takes terabytes of addresses
#endif
}

int serve() {
  std::string source;
  RequestHeader request;
  while (read_all(std::as_writable_bytes(std::span(&request, 1)))) {
    if (request.language > static_cast<std::uint32_t>(Language::other)) return kExitBadRequest;
    limit_cpu(request.cpu_seconds_max);
    limit_memory(request.memory_bytes_max);
    source.resize(request.source_bytes);
    if (!read_all(std::as_writable_bytes(std::span(source)))) return 0;
    const std::string reply =
        encode(outline_source(static_cast<Language>(request.language), source));
    if (reply.size() > kReplyBytesMax) return kExitOutOfMemory;
    const ReplyHeader header{static_cast<std::uint32_t>(reply.size())};
    std::string frame(reinterpret_cast<const char*>(&header), sizeof header);
    frame += reply;
    if (!write_all(std::as_bytes(std::span(frame)))) return 0;
  }
  return 0;
}

}  // namespace

int child_main() {
  settle_down();
  exit_when_out_of_memory();
  int code = kExitUnexpected;
  try {
    code = serve();
  } catch (const std::bad_alloc&) {
    code = kExitOutOfMemory;
  } catch (const std::exception&) {
    code = kExitUnexpected;
  }
  _exit(code);  // nothing to flush, nobody to tell
}

}  // namespace docwright::outline
