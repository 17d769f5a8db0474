// pipeline try: what a pipeline would ask about a file, without a daemon and without a call.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "client/cli/own_catalogue.h"
#include "client/cli/rehearsed.h"
#include "client/cli/session.h"
#include "client/cli/verbs.h"
#include "client/pipeline_file.h"
#include "client/source_files.h"
#include "client/source_rules.h"

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

// By its number, which is not its place: the second half of a divided chunk is numbered after all
// others. Null where there is none.
const Rehearsal::Part* part_of(const Rehearsal& rehearsal, std::int64_t number) {
  const auto found = std::ranges::find(
      rehearsal.parts, number, [](const Rehearsal::Part& part) { return part.chunk.number; });
  return found == rehearsal.parts.end() ? nullptr : &*found;
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
  if (!arguments.answer && arguments.chunk < 0) {
    show_questions(session, *rehearsal, rehearsal->parts);
    return Exit::done;
  }
  const Rehearsal::Part* part = part_of(*rehearsal, std::max<std::int64_t>(arguments.chunk, 0));
  if (part == nullptr) {
    return fail(Code::invalid_request,
                fmt::format("--chunk {}: {} has {}, counted from 0", arguments.chunk,
                            arguments.file, counted(rehearsal->parts.size(), "chunk")));
  }
  if (!arguments.answer) {
    show_questions(session, *rehearsal, {part, 1});
    return Exit::done;
  }
  auto answer = client::read_file(*arguments.answer, client::kSourceBytesMax);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return show_documents(session, *rehearsal, **job, *part, std::move(*answer));
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
