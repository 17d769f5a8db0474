// A plain ZeroMQ client: one DEALER, a window of requests in flight.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "runtime/json.h"

namespace docwright::bench {

// One job of one source, as its header's member `jobs[0]`; the source goes into blob frame 0.
struct Submission {
  Json job;
  std::string source;
};

class Front final {
 public:
  explicit Front(const std::string& state_folder);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // One request, its reply. Gives up after 60 s or when the reply is an error.
  Json ask(Json request);
  // `count` submits of one job each, at most `window` unanswered; returns when all are
  // acknowledged. All are made before the first is sent: the time returned is that of sending and
  // acknowledging alone.
  std::chrono::microseconds submit(int count, int window,
                                   const std::function<Submission(int)>& make);
  // Polls the count of unfinished jobs until it is 0.
  void await_idle();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace docwright::bench
