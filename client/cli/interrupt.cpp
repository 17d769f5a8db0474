#include "client/cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace docwright::cli {
namespace {

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

int block_and_open() {
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

Interrupt::Interrupt() : signals_(block_and_open()) {}

Interrupt::~Interrupt() {
  signalfd_siginfo taken;
  while (read(descriptor(), &taken, sizeof(taken)) > 0) {
  }
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

bool Interrupt::happened() const {
  pollfd item{descriptor(), POLLIN, 0};
  return poll(&item, 1, 0) > 0;
}

}  // namespace docwright::cli
