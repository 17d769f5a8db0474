// submit: files and folders become jobs of one batch.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "client/cli/follow.h"
#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/sources.h"
#include "client/cli/values.h"
#include "client/cli/verbs.h"
#include "client/pipeline_file.h"
#include "client/submission.h"

namespace docwright::cli {
namespace {

struct SubmitArguments {
  std::vector<std::string> paths, parameters, labels;
  std::string project, key, name, files_from;
  wire::SubmitJob job;
  std::string tenant = "default";
  std::int64_t priority = 0;
  std::optional<std::string> delay, deadline;
  bool dry_run = false, wait = false, watch = false;
};

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::invalid_request, std::move(message));
}

// A number, true, a list where it reads as JSON; else the text itself.
Json parameter_value(const std::string& text) {
  auto json = parse_json(text);
  return json ? std::move(*json) : Json(text);
}

// What all jobs have in common, checked as far as no daemon is needed.
Result<wire::SubmitJob> common_job(const SubmitArguments& arguments) {
  wire::SubmitJob job = arguments.job;
  job.priority = static_cast<int>(arguments.priority);
  if (arguments.delay) {
    const auto delay = duration_of("--delay", *arguments.delay);
    if (!delay) return std::unexpected(delay.error());
    job.delay = *delay;
  }
  if (arguments.deadline) {
    const auto deadline = duration_of("--deadline", *arguments.deadline);
    if (!deadline) return std::unexpected(deadline.error());
    job.deadline = *deadline;
  }
  for (const std::string& pair : arguments.parameters) {
    auto parameter = pair_of("--param", pair);
    if (!parameter) return std::unexpected(parameter.error());
    job.parameters[parameter->first] = parameter_value(parameter->second);
  }
  for (const std::string& pair : arguments.labels) {
    auto label = pair_of("--label", pair);
    if (!label) return std::unexpected(label.error());
    job.labels.push_back(std::move(*label));
  }
  return job;
}

Result<Exit> dry_run(Session& session, Sources& sources) {
  RowWriter rows(
      session.out(), session.format(),
      {{.key = "path", .title = "PATH", .cut = Column::Cut::beginning},
       {.key = "bytes", .title = "BYTES", .align = Column::Align::right, .text = number_cell}});
  std::int64_t count = 0;
  while (true) {
    const auto source = sources.next();
    if (!source) return std::unexpected(source.error());
    if (!*source) break;
    ++count;
    rows.add(Json{{"path", (*source)->path}, {"bytes", (*source)->text.size()}});
  }
  rows.end();
  const std::string skipped = sources.skipped_text();
  session.out().say(fmt::format("{} would be submitted.{}{}", counted(count, "file"),
                                skipped.empty() ? "" : " ", skipped));
  return Exit::done;
}

// What the daemon has accepted so far.
struct Receipt {
  std::string batch;
  Json jobs = Json::array();
  std::size_t duplicates = 0;
  std::set<std::string> warnings;  // of several messages, each once

  void add(const client::Submission& sent, const wire::SubmitReply& reply) {
    batch = reply.batch;
    warnings.insert(reply.warnings.begin(), reply.warnings.end());
    for (std::size_t i = 0; i < reply.jobs.size() && i < sent.request.jobs.size(); ++i) {
      Json job = wire::to_json(reply.jobs[i]);
      job["path"] = sent.request.jobs[i].path;
      duplicates += reply.jobs[i].duplicate ? 1 : 0;
      jobs.push_back(std::move(job));
    }
  }
};

void print(Session& session, const Receipt& receipt) {
  Output& out = session.out();
  if (!session.format_given()) return out.data(receipt.batch + "\n");
  if (session.format() == Format::json) {
    return out.data(
        dump_json(Json{
            {"batch", receipt.batch}, {"jobs", receipt.jobs}, {"warnings", receipt.warnings}}) +
        "\n");
  }
  write_rows(out, session.format(),
             {{.key = "id", .title = "JOB"},
              {.key = "state", .title = "STATE"},
              {.key = "duplicate", .title = "DUPLICATE"},
              {.key = "path", .title = "PATH", .cut = Column::Cut::beginning}},
             receipt.jobs);
}

// Duplicates belong to an earlier batch: where there are some, jobs are followed by their ids, as
// many in one selection as a request can name.
std::vector<wire::Selection> to_follow(const Receipt& receipt) {
  if (receipt.duplicates == 0) return {{.jobs = {}, .batch = receipt.batch}};
  std::vector<wire::Selection> selections;
  for (const Json& job : receipt.jobs) {
    if (selections.empty() || selections.back().jobs.size() == wire::kJobsNamed)
      selections.emplace_back();
    selections.back().jobs.push_back(job["id"].get<std::string>());
  }
  return selections;
}

// The pipeline to be sent along, where the job names a file: from then on it names the pipeline.
Result<std::optional<client::PipelineFile>> pipeline_file_of(wire::SubmitJob& job) {
  if (!client::is_pipeline_file(job.pipeline)) return std::nullopt;
  auto file = client::read_pipeline_file(job.pipeline);
  if (!file) return std::unexpected(std::move(file.error()));
  job.pipeline = file->name;
  return std::optional(std::move(*file));
}

// Says what an error has left behind.
void say_accepted_before(Output& out, const Receipt& receipt) {
  if (receipt.jobs.empty()) return;
  out.insist(
      fmt::format("{0} accepted before in batch {1}; 'docwright cancel {1}' takes the batch back.",
                  counted(receipt.jobs.size(), "job"), receipt.batch));
}

void say_accepted(Output& out, const Receipt& receipt, std::string_view project,
                  std::string_view skipped) {
  for (const std::string& warning : receipt.warnings) out.insist(warning);
  const std::string known =
      receipt.duplicates > 0 ? fmt::format(", {} of them known by their keys", receipt.duplicates)
                             : "";
  out.say(fmt::format("{} of project {} accepted{}.{}{}", counted(receipt.jobs.size(), "job"),
                      project, known, skipped.empty() ? "" : " ", skipped));
}

Result<Exit> send(Session& session, const SubmitArguments& arguments, wire::SubmitJob job,
                  Sources& sources) {
  auto pipeline = pipeline_file_of(job);
  if (!pipeline) return std::unexpected(std::move(pipeline.error()));
  const auto client = session.daemon();
  if (!client) return std::unexpected(client.error());
  const std::string project = arguments.project.empty() ? sources.project() : arguments.project;
  if (project.empty())
    return wrong("the paths have no folder in common: name the project with --project");
  client::Packer packer([&sources] { return sources.next(); },
                        {.project = project,
                         .tenant = arguments.tenant,
                         .job = std::move(job),
                         .key = arguments.key,
                         .one_source = sources.only_one()},
                        (*client)->daemon().limits);
  if (*pipeline) packer.send_along(std::move((*pipeline)->sent));
  Receipt receipt;
  const auto sent = (*client)->submit_all(
      [&packer] { return packer.next(); },
      [&receipt](const client::Submission& message, const wire::SubmitReply& reply) {
        receipt.add(message, reply);
      });
  if (!sent) {
    say_accepted_before(session.out(), receipt);
    return std::unexpected(sent.error());
  }
  const std::string skipped = sources.skipped_text();
  if (receipt.jobs.empty())
    return wrong(
        fmt::format("there is nothing to submit{}{}", skipped.empty() ? "" : ": ", skipped));
  session.remember_batch(receipt.batch);
  print(session, receipt);
  say_accepted(session.out(), receipt, project, skipped);
  if (!arguments.wait && !arguments.watch) return Exit::done;
  wire::Summary sum;
  return follow(session, to_follow(receipt),
                {.progress = arguments.watch, .interrupted = Exit::done}, sum);
}

Result<Exit> submit(Session& session, const SubmitArguments& arguments) {
  const auto job = common_job(arguments);
  if (!job) return std::unexpected(job.error());
  const std::vector<std::string>& paths = arguments.paths;
  std::vector<std::string> listed;
  if (!arguments.files_from.empty()) {
    auto lines = paths_from(session, arguments.files_from);
    if (!lines) return std::unexpected(lines.error());
    listed = std::move(*lines);
  }
  if (paths.empty() && listed.empty())
    return wrong("what is to be submitted? Name files or folders, or '-' with --name");
  const bool input = std::ranges::find(paths, "-") != paths.end();
  if (input && paths.size() + listed.size() > 1)
    return wrong("'-' stands alone: one source from the input");
  Sources sources(session, job->force);
  const auto found = input ? sources.from_input(arguments.name) : sources.from_files(paths, listed);
  if (!found) return std::unexpected(found.error());
  return arguments.dry_run ? dry_run(session, sources) : send(session, arguments, *job, sources);
}

}  // namespace

Verb submit_verb() {
  return {
      "submit", "Submits files and folders; prints the batch's id", [](Options& options) -> Action {
        auto arguments = std::make_shared<SubmitArguments>();
        options.positionals("PATH", arguments->paths, 0,
                            "Files and folders; '-': one source from the input");
        options.text("--project", "NAME", arguments->project,
                     "Default: the repository's or the folder's name");
        options.text("--pipeline", "NAME|FILE", arguments->job.pipeline,
                     "One of the daemon's, or a YAML file of yours; default: the daemon's default");
        options.text("--model", "NAME", arguments->job.model,
                     "A model or a route; default: the pipeline's");
        options.list("--param", "NAME=VALUE", arguments->parameters, "A parameter of the model");
        options.text("--budget", "MONEY", arguments->job.budget,
                     "The most that each job may cost: 0.50USD");
        options.number("--priority", "N", arguments->priority, -wire::kPriorityMax,
                       wire::kPriorityMax, "-100 to 100, higher first");
        options.text("--tenant", "NAME", arguments->tenant, "Who the jobs belong to (default)");
        options.text("--key", "KEY", arguments->key,
                     "The same key again gives the same jobs; of many files: KEY:PATH");
        options.list("--label", "NAME=VALUE", arguments->labels, "To find jobs by");
        options.text("--delay", "DURATION", arguments->delay, "Not before then: 10s, 2h");
        options.text("--deadline", "DURATION", arguments->deadline,
                     "Failed when not done by then (7d)");
        options.text("--answer-language", "LANGUAGE", arguments->job.answer_language,
                     "Language of the documents");
        options.text("--name", "PATH", arguments->name, "What the source from the input is called");
        options.text("--files-from", "FILE", arguments->files_from,
                     "Paths from a file, one a line; '-': from the input");
        options.flag("--dry-run", arguments->dry_run, "Only show what would be submitted");
        options.flag("--fresh", arguments->job.fresh, "Use no answer that was recorded before");
        options.flag("--force", arguments->job.force,
                     "Take generated, minified and vendored sources too");
        options.flag("--wait", arguments->wait, "Wait for the end; the exit code says how it was");
        options.flag("--watch", arguments->watch,
                     "The same, with progress on stderr; Ctrl-C detaches");
        return [arguments](Session& session) { return submit(session, *arguments); };
      }};
}

}  // namespace docwright::cli
