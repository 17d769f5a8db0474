// What the simulator served, and what it cost: in memory for GET /ledger, and line by line in a
// file.
#pragma once
#include <map>
#include <string>
#include <unordered_map>

#include "providers/provider.h"
#include "runtime/hash.h"

namespace docwright::providers::simulator {

struct Served {
  Time time{};
  std::string question;  // SHA-256 of the request's body, hexadecimal: docwright's bodies hold
                         // nothing that changes
  std::string model;
  int status = 0;
  std::string fault;  // name; empty: none
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
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  void record(const Served& served);
  void in_flight(std::int64_t now);
  // {"requests","served","cost_nusd","usage","by_status","by_fault","in_flight_max","questions":{hash:
  // times served}}
  Json totals() const;
  // How often a question was served (or failed) before.
  std::uint64_t times(const std::string& question) const;

 private:
  int file_ = -1;
  std::int64_t requests_ = 0, served_ = 0, in_flight_max_ = 0;
  Nusd cost_ = 0;
  Usage usage_;
  std::map<int, std::int64_t> by_status_;
  std::map<std::string, std::int64_t> by_fault_;
  std::unordered_map<std::string, std::uint64_t> served_questions_, asked_;
};

}  // namespace docwright::providers::simulator
