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
  return {{"input", usage.input}, {"output", usage.output}};
}

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw std::system_error(errno, std::generic_category(), "the ledger file");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

Ledger::Ledger(const std::string& file) {
  if (file.empty()) return;
  file_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "the ledger file " + file);
}

Ledger::~Ledger() {
  if (file_ >= 0) ::close(file_);
}

void Ledger::record(const Served& served) {
  ++requests_;
  ++by_status_[served.status];
  ++asked_[served.question];
  if (!served.fault.empty()) ++by_fault_[served.fault];
  if (served.cost > 0 || served.status == 200) {
    ++served_;
    ++served_questions_[served.question];
    cost_ += served.cost;
    usage_.input += served.usage.input;
    usage_.output += served.usage.output;
  }
  if (file_ < 0) return;
  const Json line = {{"time", to_rfc3339(served.time)}, {"question", served.question},
                     {"model", served.model},           {"status", served.status},
                     {"fault", served.fault},           {"usage", usage_json(served.usage)},
                     {"cost_nusd", served.cost},        {"traceparent", served.traceparent},
                     {"request_id", served.request_id}};
  write_all(file_, dump_json(line) + '\n');
}

void Ledger::in_flight(std::int64_t now) {
  in_flight_max_ = std::max(in_flight_max_, now);
}

std::uint64_t Ledger::times(const std::string& question) const {
  const auto found = asked_.find(question);
  return found == asked_.end() ? 0 : found->second;
}

Json Ledger::totals() const {
  Json totals = {{"requests", requests_},
                 {"served", served_},
                 {"cost_nusd", cost_},
                 {"usage", usage_json(usage_)},
                 {"in_flight_max", in_flight_max_}};
  Json& statuses = totals["by_status"] = Json::object();
  for (const auto& [status, count] : by_status_) statuses[std::to_string(status)] = count;
  Json& faults = totals["by_fault"] = Json::object();
  for (const auto& [fault, count] : by_fault_) faults[fault] = count;
  Json questions = Json::object();
  auto& members = questions.get_ref<Json::object_t&>();
  members.reserve(served_questions_.size());
  // Each hash is unique: appended without looking for it among the others.
  for (const auto& [question, count] : served_questions_) members.emplace_back(question, count);
  totals["questions"] = std::move(questions);
  return totals;
}

}  // namespace docwright::providers::simulator
