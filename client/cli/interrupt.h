// Ctrl-C and SIGTERM as something to poll, so that a verb ends where it can say what became of its
// work.
#pragma once
#include "runtime/file_descriptor.h"

namespace docwright::cli {

// While it lives, SIGINT and SIGTERM do not end the program but make the descriptor readable, for
// good. Made before any thread starts.
class Interrupt final {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  int descriptor() const { return signals_.get(); }
  bool happened() const;

 private:
  const FileDescriptor signals_;
};

}  // namespace docwright::cli
