// Outlines made in children of the same program, so that a parser that hangs, grows or crashes
// takes nothing along.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "outline/outline.h"
#include "runtime/loop.h"

namespace docwright::outline {

struct ServiceOptions {
  std::string program = "/proc/self/exe";
  int children = 2;
  // For one file, in whole seconds: the same on an idle and a busy machine.
  Duration cpu_limit = std::chrono::seconds(10);
  // Wall clock, for one file: stands behind the CPU limit.
  Duration time_limit = std::chrono::seconds(60);
  // RLIMIT_AS of a child (not under sanitizers).
  std::size_t memory_bytes_max = std::size_t{1} << 30;
  std::size_t source_bytes_max = std::size_t{16} << 20;
};

// Loop thread only. Children are started when first needed, reused, and replaced when they die.
class Service final {
 public:
  Service(Loop& loop, ServiceOptions options);
  ~Service();  // ends the children
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // The outline of the source. Where the child died or ran out of time, an Error (code
  // source_refused) that says how: the caller pins the source's hash to the linear fallback.
  // Cancellable; a cancelled request's child is replaced. `begins` is called when a child is free
  // for it: until then the files of others have held it up.
  Task<Result<Outline>> outline(Language language, std::shared_ptr<const std::string> source,
                                std::function<void()> begins = {});

  // Requests that wait or run: for Loop::run_until_idle().
  std::size_t busy() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The child's side: answers requests on file descriptor 3 until it is closed. A program that uses
// Service calls this first thing in main when argv[1] is kChildArgument, and exits with its value.
inline constexpr const char* kChildArgument = "--outline-child";
int child_main();

}  // namespace docwright::outline
