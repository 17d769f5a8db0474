#include "providers/simulator/ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "runtime/text.h"

namespace docwright::providers::simulator {
namespace {

Json usage_json(const Usage& usage) {
  return {{"input", usage.input},
          {"input_cached", usage.input_cached},
          {"input_cache_write", usage.input_cache_write},
          {"output", usage.output},
          {"reasoning", usage.reasoning}};
}

// What was charged was served, whatever its asker got of it.
bool is_served(const Served& served) {
  return served.cost > 0 || served.status == 200;
}

}  // namespace

Ledger::Ledger(const std::string& file) {
  if (file.empty()) return;
  file_.reset(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file_) throw std::system_error(errno, std::generic_category(), "the ledger file " + file);
}

void Ledger::Sum::add(const Served& one) {
  ++requests;
  if (!is_served(one)) return;
  ++served;
  cost += one.cost;
  usage.input += one.usage.input;
  usage.input_cached += one.usage.input_cached;
  usage.input_cache_write += one.usage.input_cache_write;
  usage.output += one.usage.output;
  usage.reasoning += one.usage.reasoning;
}

void Ledger::record(const Served& served) {
  ++by_status_[served.status];
  if (!served.fault.empty()) ++by_fault_[served.fault];
  all_.add(served);
  if (served.lost) lost_.add(served);
  rows_[{served.server, served.model, served.key}].add(served);
  if (is_served(served)) ++questions_[served.question];
  if (!file_) return;
  const Json line = {{"time", to_rfc3339(served.time)},
                     {"question", served.question},
                     {"server", served.server},
                     {"model", served.model},
                     {"key", served.key},
                     {"status", served.status},
                     {"fault", served.fault},
                     {"stream", served.stream},
                     {"lost", served.lost},
                     {"usage", usage_json(served.usage)},
                     {"cost_nusd", served.cost},
                     {"traceparent", served.traceparent},
                     {"request_id", served.request_id}};
  if (!write_all(file_.get(), dump_json(line) + '\n'))
    throw std::system_error(errno, std::generic_category(), "the ledger file");
}

void Ledger::lose(Nusd cost) {
  ++lost_.served;
  lost_.cost += cost;
}

void Ledger::in_flight(std::int64_t now) {
  in_flight_max_ = std::max(in_flight_max_, now);
}

Json Ledger::totals() const {
  Json totals = {{"requests", all_.requests},
                 {"served", all_.served},
                 {"cost_nusd", all_.cost},
                 {"usage", usage_json(all_.usage)},
                 {"lost", {{"served", lost_.served}, {"cost_nusd", lost_.cost}}},
                 {"in_flight_max", in_flight_max_}};
  Json& rows = totals["rows"] = Json::array();
  for (const auto& [of, sum] : rows_) {
    const auto& [server, model, key] = of;
    rows.push_back({{"server", server},
                    {"model", model},
                    {"key", key},
                    {"requests", sum.requests},
                    {"served", sum.served},
                    {"usage", usage_json(sum.usage)},
                    {"cost_nusd", sum.cost}});
  }
  Json& statuses = totals["by_status"] = Json::object();
  for (const auto& [status, count] : by_status_) statuses[std::to_string(status)] = count;
  Json& faults = totals["by_fault"] = Json::object();
  for (const auto& [fault, count] : by_fault_) faults[fault] = count;
  Json questions = Json::object();
  auto& members = questions.get_ref<Json::object_t&>();
  members.reserve(questions_.size());
  // Each hash is unique: appended without looking for it among the others.
  for (const auto& [question, count] : questions_) members.emplace_back(question, count);
  totals["questions"] = std::move(questions);
  return totals;
}

}  // namespace docwright::providers::simulator
