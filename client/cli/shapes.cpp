#include "client/cli/shapes.h"

#include <fmt/format.h>

#include "tokens/money.h"

namespace docwright::cli {
namespace {

using Align = Column::Align;
using Cut = Column::Cut;

// Why a job is where it is: its error, or what it waits for.
std::string reason_cell(const Json& job) {
  const std::string error = plain_text(member(job, "error.message"));
  if (!error.empty()) return fmt::format("{}: {}", plain_text(member(job, "error.code")), error);
  const std::string reason = plain_text(member(job, "waiting.reason"));
  const std::string detail = plain_text(member(job, "waiting.detail"));
  return detail.empty() ? reason : detail;
}

}  // namespace

Column number_column(std::string key, std::string title) {
  return {
      .key = std::move(key), .title = std::move(title), .align = Align::right, .text = number_cell};
}

Column money_column(std::string key, std::string title) {
  return {
      .key = std::move(key), .title = std::move(title), .align = Align::right, .text = money_cell};
}

std::vector<Column> seat_columns() {
  return {{.key = "provider", .title = "PROVIDER"},
          {.key = "base_url", .title = "ADDRESS", .cut = Column::Cut::beginning},
          {.key = "key", .title = "KEY"},
          {.key = "models", .title = "MODELS", .align = Column::Align::right}};
}

std::string money_cell(const Json& nusd) {
  return nusd.is_number_integer() ? money_text(nusd.get<std::int64_t>()) : std::string();
}

std::string number_cell(const Json& value) {
  if (!value.is_number_integer()) return plain_text(value);
  const std::int64_t whole = value.get<std::int64_t>();
  std::string digits = fmt::format("{}", whole < 0 ? -whole : whole);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return whole < 0 ? "-" + digits : digits;
}

std::string time_cell(const Json& time) {
  std::string text = plain_text(time);
  if (text.size() < 19 || text[10] != 'T') return text;
  text[10] = ' ';
  return text.substr(0, 19);
}

std::string list_cell(const Json& list) {
  std::string text;
  for (const Json& each : list) text += (text.empty() ? "" : ", ") + plain_text(each);
  return text;
}

std::vector<Column> job_columns() {
  return {
      {.key = "id", .title = "JOB"},
      {.key = "state", .title = "STATE"},
      {.key = "path", .title = "PATH", .cut = Cut::beginning},
      number_column("documents", "DOCS"),
      number_column("flagged", "FLAGGED"),
      money_column("cost_nusd", "COST"),
      {.key = "reason", .title = "REASON", .cut = Cut::end, .text = reason_cell, .of_row = true}};
}

std::vector<Column> document_columns() {
  return {{.key = "path", .title = "PATH", .cut = Cut::beginning},
          {.key = "symbol", .title = "SYMBOL", .cut = Cut::end},
          {.key = "kind", .title = "KIND"},
          number_column("version", "VERSION"),
          {.key = "flagged",
           .title = "FLAGGED",
           .text = [](const Json& flag) { return flag == true ? "flagged" : ""; }},
          {.key = "document.doc.summary", .title = "SUMMARY", .cut = Cut::end}};
}

std::vector<Column> summary_columns() {
  return {number_column("jobs", "jobs"),
          number_column("states.succeeded", "  succeeded"),
          number_column("states.failed", "  failed"),
          number_column("states.cancelled", "  cancelled"),
          number_column("states.running", "  running"),
          number_column("states.queued", "  queued"),
          number_column("states.waiting", "  waiting"),
          number_column("chunks", "chunks"),
          number_column("chunks_stored", "  stored"),
          number_column("documents", "documents"),
          number_column("flagged", "  flagged"),
          number_column("fallbacks", "  in place of a model's"),
          number_column("calls", "calls"),
          number_column("calls_unknown", "  of unknown outcome"),
          number_column("tokens_in", "tokens in"),
          number_column("tokens_out", "tokens out"),
          money_column("cost_nusd", "cost")};
}

std::string fallbacks_sentence(const wire::Summary& summary) {
  if (summary.fallbacks == 0) return {};
  return fmt::format(
      "{} of {} documents stand in for those of a model that could not be asked; 'docwright retry' "
      "asks again at once, docwright itself at the `redo_at` of jobs that have one.",
      summary.fallbacks, summary.documents);
}

std::string default_model_cell(const Json& default_model) {
  const auto text = [&](const char* key) { return plain_text(member(default_model, key)); };
  if (member(default_model, "since").is_null()) return text("name");
  const std::string by = text("chosen_by");
  return fmt::format("{} (chosen {}{}; the configuration says {})", text("name"),
                     time_cell(member(default_model, "since")), by.empty() ? "" : " by " + by,
                     text("configured"));
}

void add(wire::Summary& sum, const wire::Summary& more) {
  sum.jobs += more.jobs;
  sum.states.queued += more.states.queued;
  sum.states.running += more.states.running;
  sum.states.waiting += more.states.waiting;
  sum.states.succeeded += more.states.succeeded;
  sum.states.failed += more.states.failed;
  sum.states.cancelled += more.states.cancelled;
  sum.chunks += more.chunks;
  sum.chunks_stored += more.chunks_stored;
  sum.documents += more.documents;
  sum.flagged += more.flagged;
  sum.fallbacks += more.fallbacks;
  sum.calls += more.calls;
  sum.calls_unknown += more.calls_unknown;
  sum.tokens_in += more.tokens_in;
  sum.tokens_out += more.tokens_out;
  sum.cost_nusd += more.cost_nusd;
}

}  // namespace docwright::cli
