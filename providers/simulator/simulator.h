// Servers that play the providers, on the loopback only: for rehearsals, tests and benches.
//
// Each answers POSTs of its formats and GETs of their lists of models; /ledger and /health beside.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "providers/models.h"
#include "providers/simulator/scenario.h"

namespace docwright::providers::simulator {

// One thread runs it; stop() and port() may be called from any.
class Simulator final {
 public:
  // Listens from here on. Throws std::system_error where a port is taken or the ledger cannot be
  // written.
  Simulator(const Scenario& scenario, const Models& models);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  struct Address {
    std::string server, provider;
    std::uint16_t port = 0;
  };
  std::vector<Address> addresses() const;  // by name; at least one
  std::uint16_t port() const { return addresses().front().port; }
  // Serves until stop(), or (where `signals`) SIGINT or SIGTERM.
  void run(bool signals = false);
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What `docwright simulator` does: prints {"port": N, "base_url": "...", "servers": {NAME: {"port",
// "base_url"}}} as one line on standard output (port and base_url are the first server's), serves
// until it is told to stop. Returns an Error where it cannot start.
Result<void> run_simulator(const Scenario& scenario, const Registry& providers,
                           const Models& models);

}  // namespace docwright::providers::simulator
