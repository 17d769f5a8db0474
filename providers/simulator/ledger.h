// What the simulator served, and what it cost: in memory for GET /ledger, and line by line in a
// file.
#pragma once
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

#include "providers/provider.h"
#include "runtime/file_descriptor.h"
#include "runtime/hash.h"

namespace docwright::providers::simulator {

struct Served {
  Time time{};
  std::string question;  // SHA-256 of the request's body, hexadecimal: docwright's bodies hold
                         // nothing that changes
  std::string server, model;
  std::string key;  // its name
  int status = 0;
  std::string fault;  // name; empty: none
  bool stream = false;
  bool lost = false;  // charged, but by its fault never received whole
  Usage usage;
  Nusd cost = 0;
  std::string traceparent, request_id;  // X-Client-Request-Id
};

// One thread. A request is recorded when it is accepted, before its latency: a provider works (and
// charges) whether or not the asker lives to see the answer.
class Ledger final {
 public:
  // Appends to the file; empty: none. Throws std::system_error where it cannot be opened.
  explicit Ledger(const std::string& file);

  void record(const Served& served);
  // The client of a request that was recorded as whole left before its end.
  void lose(Nusd cost);
  void in_flight(std::int64_t now);
  // {"requests","served","cost_nusd","usage","lost":{"served","cost_nusd"},"by_status","by_fault",
  // "rows":[{"server","model","key","requests","served","usage","cost_nusd"}],"in_flight_max",
  // "questions":{hash: times served}}
  Json totals() const;

 private:
  struct Sum {
    std::int64_t requests = 0, served = 0;
    Usage usage;
    Nusd cost = 0;
    void add(const Served& served);
  };

  FileDescriptor file_;
  Sum all_, lost_;
  std::map<std::tuple<std::string, std::string, std::string>, Sum> rows_;  // server, model, key
  std::int64_t in_flight_max_ = 0;
  std::map<int, std::int64_t> by_status_;
  std::map<std::string, std::int64_t> by_fault_;
  std::unordered_map<std::string, std::uint64_t> questions_;
};

}  // namespace docwright::providers::simulator
