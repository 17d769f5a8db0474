#include "client/cli/rehearsed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "client/cli/shapes.h"
#include "tokens/money.h"

namespace docwright::cli {
namespace {

using pipeline::Rehearsal;

Json json_of(const pipeline::Candidate& target) {
  const pipeline::Inquiry& inquiry = target.inquiry;
  return {{"provider", inquiry.provider->name},
          {"model", inquiry.model->name},
          {"prompt_tokens_max", inquiry.input_tokens_max},
          {"answer_tokens_max", inquiry.question->answer_tokens_max},
          {"cost_max", target.bound ? Json(*target.bound) : Json()},
          {"parameters", inquiry.question->parameters}};
}

Json json_of(const Rehearsal::Question& question) {
  const pipeline::Candidate& first = question.targets.front();
  Json row = json_of(first);
  row["step"] = question.step->name;
  row["messages"] = Json::array();
  for (const providers::Message& message : first.inquiry.question->messages)
    row["messages"].push_back({{"role", message.role}, {"text", message.text}});
  row["schema"] = *first.inquiry.question->schema;
  row["then"] = Json::array();
  for (const pipeline::Candidate& other : std::span(question.targets).subspan(1))
    row["then"].push_back(json_of(other));
  return row;
}

// A row for each question about the parts; of a chunk about which nothing is asked, one without.
Json rows_of(std::span<const Rehearsal::Part> parts) {
  Json rows = Json::array();
  for (const Rehearsal::Part& part : parts) {
    Json targets = Json::array();
    for (const outline::Definition& target : part.chunk.targets) targets.push_back(target.symbol);
    const Json chunk = {{"chunk", part.chunk.number},
                        {"begin", part.chunk.range.begin},
                        {"end", part.chunk.range.end},
                        {"targets", std::move(targets)}};
    if (part.questions.empty()) rows.push_back(chunk);
    for (const Rehearsal::Question& question : part.questions) {
      Json row = chunk;
      row.update(json_of(question));
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::string cost_max(const Json& target) {
  return target["cost_max"].is_null() ? "no price is known"
                                      : "at most " + money_text(target["cost_max"].get<Nusd>());
}

std::string model_of(const Json& target) {
  return plain_text(target["provider"]) + "/" + plain_text(target["model"]);
}

std::string chunk_line(const Json& row) {
  const Json& targets = row["targets"];
  return fmt::format("chunk {}: bytes {} to {}{}{}\n", row["chunk"].get<int>(),
                     row["begin"].get<std::int64_t>(), row["end"].get<std::int64_t>(),
                     targets.empty() ? "" : ": ", list_cell(targets));
}

void print(Output& out, const Json& row, bool new_chunk) {
  std::string text = new_chunk ? chunk_line(row) : "";
  if (!row.contains("step")) return out.data(text + "  nothing is asked about it\n\n");
  text += fmt::format(
      "  step {} asks {}: prompt up to {} tokens, answer up to {}, {}, parameters {}\n",
      plain_text(row["step"]), model_of(row), row["prompt_tokens_max"].get<std::int64_t>(),
      row["answer_tokens_max"].get<std::int64_t>(), cost_max(row), dump_json(row["parameters"]));
  for (const Json& target : row["then"])
    text += fmt::format("    then {}: {}\n", model_of(target), cost_max(target));
  for (const Json& message : row["messages"])
    text += fmt::format("--- {}\n{}\n", plain_text(message["role"]), plain_text(message["text"]));
  text += fmt::format("--- schema\n{}\n\n", row["schema"].dump(2));
  out.data(printable(text, true));
}

void print_all(Output& out, const Json& rows) {
  Json chunk;
  std::size_t questions = 0;
  Nusd sum = 0;
  for (const Json& row : rows) {
    print(out, row, row["chunk"] != chunk);
    chunk = row["chunk"];
    if (!row.contains("step")) continue;
    ++questions;
    if (row["cost_max"].is_number()) sum += row["cost_max"].get<Nusd>();
  }
  out.say(fmt::format("{}, at most {} where those asked first answer; corrections apart.",
                      counted(questions, "question"), money_text(sum)));
}

// The documents that an answer about the part gives, and what the checks say of them.
Json examined(const Rehearsal& rehearsal, const pipeline::Job& job, const Rehearsal::Part& part,
              std::string text) {
  const auto examination = pipeline::examine_text(rehearsal, job, part, std::move(text));
  Json rows = Json::array();
  for (std::size_t i = 0; i < examination.documents.size(); ++i) {
    const auto& document = examination.documents[i];
    Json findings = Json::array();
    for (const pipeline::Finding& finding : document.findings) {
      findings.push_back({{"rule", finding.rule},
                          {"severity", pipeline::name(finding.severity)},
                          {"message", finding.message},
                          {"fixed", finding.fixed}});
    }
    rows.push_back({{"symbol", part.chunk.targets[i].symbol},
                    {"status", has_errors(document.findings) ? "flagged" : "good"},
                    {"doc", to_json(document.draft)},
                    {"findings", std::move(findings)},
                    {"unusable", examination.unusable}});
  }
  return rows;
}

std::vector<Column> examined_columns() {
  const auto findings = [](const Json& list) {
    std::vector<std::string> lines;
    for (const Json& each : list)
      lines.push_back(fmt::format("{}{}: {}", plain_text(each["rule"]),
                                  each["fixed"] == true ? " (mended)" : "",
                                  plain_text(each["message"])));
    return fmt::format("{}", fmt::join(lines, "; "));
  };
  return {{.key = "symbol", .title = "SYMBOL"},
          {.key = "status", .title = "STATUS"},
          {.key = "doc.summary", .title = "SUMMARY", .cut = Column::Cut::end},
          {.key = "findings", .title = "FINDINGS", .cut = Column::Cut::end, .text = findings}};
}

}  // namespace

void show_questions(Session& session, const Rehearsal& rehearsal,
                    std::span<const Rehearsal::Part> parts) {
  const Json rows = rows_of(parts);
  if (session.format() == Format::table) {
    print_all(session.out(), rows);
  } else {
    std::vector<Column> columns;
    for (const char* key : {"chunk", "begin", "end", "targets", "step", "provider", "model",
                            "prompt_tokens_max", "answer_tokens_max", "cost_max"})
      columns.push_back({.key = key, .title = key});
    write_rows(session.out(), session.format(), std::move(columns), rows);
  }
  if (!rehearsal.fallback.empty())
    session.out().say(fmt::format("The source is cut by lines: {}.", rehearsal.fallback));
}

Exit show_documents(Session& session, const Rehearsal& rehearsal, const pipeline::Job& job,
                    const Rehearsal::Part& part, std::string answer) {
  const Json documents = examined(rehearsal, job, part, std::move(answer));
  write_rows(session.out(), session.format(), examined_columns(), documents);
  const std::string unusable = documents.empty() ? "" : plain_text(documents[0]["unusable"]);
  if (unusable.empty()) return Exit::done;
  session.out().insist("The answer could not be used: " + unusable);
  return Exit::failed;
}

}  // namespace docwright::cli
