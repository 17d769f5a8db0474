// pipeline try: what a pipeline would ask about a file, without a daemon and without a call.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <span>

#include "client/cli/own_catalogue.h"
#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"
#include "client/pipeline_file.h"
#include "client/source_files.h"
#include "client/source_rules.h"
#include "pipeline/rehearsal.h"
#include "tokens/money.h"

namespace docwright::cli {
namespace {

using pipeline::Rehearsal;

struct TryArguments {
  std::string pipeline, file, model, project;
  std::optional<std::string> answer, config;
  std::int64_t chunk = -1;  // not named
};

// A file of one's own with the prompts beside it, else one of the configuration's.
Result<std::shared_ptr<const pipeline::Pipeline>> pipeline_of(const std::string& name,
                                                              const pipeline::Configured& known) {
  std::vector<pipeline::OwnPrompt> prompts;
  config::NamedText text;
  if (client::is_pipeline_file(name)) {
    auto file = client::read_pipeline_file(name);
    if (!file) return std::unexpected(std::move(file.error()));
    text = {name, std::move(file->sent.text)};
    for (wire::SentPrompt& prompt : file->sent.prompts)
      prompts.push_back({prompt.name, {prompt.file, std::move(prompt.text)}});
  } else {
    const auto found = known.pipelines.find(name);
    if (!found) {
      return fail(
          Code::unknown_pipeline,
          fmt::format("there is no pipeline '{}': a file has a '/' or ends in .yaml", name));
    }
    text = *found;
  }
  auto parsed = pipeline::parse_pipeline(text, known.surroundings(std::move(prompts)));
  if (!parsed) return std::unexpected(config::combined(parsed.error()));
  return std::move(*parsed);
}

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

std::vector<Column> document_columns() {
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

// By its number, which is not its place: the second half of a divided chunk is numbered after all
// others. Null where there is none.
const Rehearsal::Part* part_of(const Rehearsal& rehearsal, std::int64_t number) {
  const auto found = std::ranges::find(
      rehearsal.parts, number, [](const Rehearsal::Part& part) { return part.chunk.number; });
  return found == rehearsal.parts.end() ? nullptr : &*found;
}

Result<Exit> show_questions(Session& session, const Rehearsal& rehearsal,
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
  return Exit::done;
}

Result<Exit> show_documents(Session& session, const Rehearsal& rehearsal, const pipeline::Job& job,
                            const Rehearsal::Part& part, const std::string& answer) {
  auto text = client::read_file(answer, client::kSourceBytesMax);
  if (!text) return std::unexpected(std::move(text.error()));
  const Json documents = examined(rehearsal, job, part, std::move(*text));
  write_rows(session.out(), session.format(), document_columns(), documents);
  const std::string unusable = documents.empty() ? "" : plain_text(documents[0]["unusable"]);
  if (!unusable.empty()) session.out().insist("The answer could not be used: " + unusable);
  return unusable.empty() ? Exit::done : Exit::failed;
}

// The job that a submit of the file would make: its path and project are part of the prompt.
Result<std::shared_ptr<pipeline::Job>> job_of(const TryArguments& arguments) {
  auto list = client::list_files({arguments.file}, {.path_bytes_max = wire::kPathBytes});
  if (!list) return std::unexpected(std::move(list.error()));
  if (list->files.size() != 1 || !list->files.front().named)
    return fail(Code::invalid_request,
                fmt::format("{} is a folder: name one source file", arguments.file));
  auto source = client::read_file(arguments.file, client::kSourceBytesMax);
  if (!source) return std::unexpected(std::move(source.error()));
  auto job = std::make_shared<pipeline::Job>();
  job->id = "try";
  job->path = list->files.front().path;
  job->project = arguments.project.empty() ? list->project : arguments.project;
  job->model = arguments.model;
  job->source = std::make_shared<const std::string>(std::move(*source));
  job->force = true;
  return job;
}

Result<Exit> try_pipeline(Session& session, const TryArguments& arguments) {
  const auto catalogue = OwnCatalogue::load(session, arguments.config);
  if (!catalogue) return std::unexpected(catalogue.error());
  const pipeline::Configured& known = (*catalogue)->known();
  const auto parsed = pipeline_of(arguments.pipeline, known);
  if (!parsed) return std::unexpected(parsed.error());
  const auto job = job_of(arguments);
  if (!job) return std::unexpected(job.error());
  (*job)->pipeline = *parsed;
  const auto rehearsal = pipeline::rehearse(known, *job);
  if (!rehearsal) {
    Error error = rehearsal.error();
    if (error.code == Code::source_refused)
      error.message = fmt::format("{}: {}", arguments.file, error.message);
    return std::unexpected(std::move(error));
  }
  if (!arguments.answer && arguments.chunk < 0)
    return show_questions(session, *rehearsal, rehearsal->parts);
  const Rehearsal::Part* part = part_of(*rehearsal, std::max<std::int64_t>(arguments.chunk, 0));
  if (part == nullptr) {
    return fail(Code::invalid_request,
                fmt::format("--chunk {}: {} has {}, counted from 0", arguments.chunk,
                            arguments.file, counted(rehearsal->parts.size(), "chunk")));
  }
  return arguments.answer ? show_documents(session, *rehearsal, **job, *part, *arguments.answer)
                          : show_questions(session, *rehearsal, {part, 1});
}

}  // namespace

Verb pipeline_try_verb() {
  return {"pipeline try", "Shows what a pipeline would ask about a file, without a call",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<TryArguments>();
            options.positional("PIPELINE", arguments->pipeline, "A name, or a YAML file");
            options.positional("FILE", arguments->file, "The source");
            options.text("--model", "NAME", arguments->model,
                         "A model or a route; default: the pipeline's");
            options.text("--project", "NAME", arguments->project, "As of submit");
            options.text("--answer", "FILE", arguments->answer,
                         "A saved answer: shows the documents and findings that it gives");
            options.number("--chunk", "N", arguments->chunk, 0, 1'000'000,
                           "Only this one; which chunk the answer is about (0)");
            options.text("--config", "FILE", arguments->config,
                         "The configuration whose prompts and models count");
            return [arguments](Session& session) { return try_pipeline(session, *arguments); };
          }};
}

}  // namespace docwright::cli
