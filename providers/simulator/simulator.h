// A fault-injecting server that speaks every provider's dialect, on the loopback only: for
// rehearsals, tests and benches.
//
// POST .../chat/completions, GET .../models, GET /ledger, GET /health.
#pragma once
#include <cstdint>
#include <memory>

#include "providers/models.h"
#include "providers/simulator/options.h"

namespace docwright::providers::simulator {

// One thread runs it; stop() and port() may be called from any.
class Simulator final {
 public:
  // Listens from here on. Throws std::system_error where the port is taken or the ledger cannot be
  // written.
  Simulator(Options options, const Models& models);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  std::uint16_t port() const;
  // Serves until stop(), or (where `signals`) SIGINT or SIGTERM.
  void run(bool signals = false);
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What `docwright simulator` does: prints {"port": N, "base_url": "..."} as one line on standard
// output, serves until it is told to stop. Returns an Error where it cannot start.
Result<void> run_simulator(Options options, const Models& models);

}  // namespace docwright::providers::simulator
