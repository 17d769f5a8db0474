// pipeline try: what a pipeline would ask about a file, without a daemon and without a call.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <memory>

#include "client/cli/session.h"
#include "client/cli/verbs.h"
#include "client/pipeline_file.h"
#include "client/source_files.h"
#include "config/load.h"
#include "pipeline/rehearsal.h"
#include "tokens/money.h"

namespace docwright::cli {
namespace {

using pipeline::Rehearsal;

constexpr std::size_t kFileBytesMax = std::size_t{16} << 20;

struct TryArguments {
  std::string pipeline, file, model;
  std::optional<std::string> answer, config;
  std::int64_t chunk = 0;
};

Result<std::unique_ptr<const pipeline::Configured>> configured(Session& session,
                                                               const TryArguments& arguments) {
  const config::Start start{
      .state = session.common().state, .config_file = arguments.config, .root = geteuid() == 0};
  auto configuration = config::load(start, session.environment());
  if (!configuration) return std::unexpected(config::combined(configuration.error()));
  auto vocabulary = pipeline::vocabulary(*configuration);
  if (!vocabulary) return std::unexpected(config::combined(vocabulary.error()));
  return std::move(*vocabulary);
}

// A file of one's own with the prompts beside it, else one of the configuration's.
Result<std::shared_ptr<const pipeline::Pipeline>> pipeline_of(
    const std::string& name, const pipeline::Configured& configured) {
  std::vector<pipeline::OwnPrompt> prompts;
  config::NamedText text;
  if (client::is_pipeline_file(name)) {
    auto file = client::read_pipeline_file(name);
    if (!file) return std::unexpected(std::move(file.error()));
    text = {name, std::move(file->sent.text)};
    for (wire::SentPrompt& prompt : file->sent.prompts)
      prompts.push_back({prompt.name, {prompt.file, std::move(prompt.text)}});
  } else {
    const auto found = configured.pipelines.find(name);
    if (!found) {
      return fail(
          Code::unknown_pipeline,
          fmt::format("there is no pipeline '{}': a file has a '/' or ends in .yaml", name));
    }
    text = *found;
  }
  auto parsed = pipeline::parse_pipeline(text, configured.surroundings(std::move(prompts)));
  if (!parsed) return std::unexpected(config::combined(parsed.error()));
  return std::move(*parsed);
}

Json json_of(const Rehearsal::Part& part, const Rehearsal& rehearsal) {
  Json targets = Json::array();
  for (const outline::Definition& target : part.chunk.targets) targets.push_back(target.symbol);
  Json row = {{"chunk", part.chunk.number},
              {"begin", part.chunk.range.begin},
              {"end", part.chunk.range.end},
              {"targets", std::move(targets)}};
  if (!part.inquiry) return row;
  const pipeline::Inquiry& inquiry = *part.inquiry;
  row["step"] = rehearsal.call->name;
  row["provider"] = inquiry.provider->name;
  row["model"] = inquiry.model->name;
  row["prompt_tokens_max"] = inquiry.input_tokens_max;
  row["answer_tokens_max"] = inquiry.question->answer_tokens_max;
  row["parameters"] = inquiry.question->parameters;
  row["messages"] = Json::array();
  for (const providers::Message& message : inquiry.question->messages)
    row["messages"].push_back({{"role", message.role}, {"text", message.text}});
  row["schema"] = *inquiry.question->schema;
  return row;
}

std::string list_of(const Json& targets) {
  std::vector<std::string> names;
  for (const Json& target : targets) names.push_back(plain_text(target));
  return fmt::format("{}", fmt::join(names, ", "));
}

void print(Output& out, const Json& part) {
  std::string text = fmt::format("chunk {}: bytes {} to {}: {}\n", part["chunk"].get<int>(),
                                 part["begin"].get<std::int64_t>(), part["end"].get<std::int64_t>(),
                                 list_of(part["targets"]));
  if (!part.contains("step")) {
    return out.data(text + "  nothing is asked about it\n\n");
  }
  text +=
      fmt::format("  step {} asks {}/{}: prompt up to {} tokens, answer up to {}, parameters {}\n",
                  plain_text(part["step"]), plain_text(part["provider"]), plain_text(part["model"]),
                  part["prompt_tokens_max"].get<std::int64_t>(),
                  part["answer_tokens_max"].get<std::int64_t>(), dump_json(part["parameters"]));
  for (const Json& message : part["messages"])
    text += fmt::format("--- {}\n{}\n", plain_text(message["role"]), plain_text(message["text"]));
  text += fmt::format("--- schema\n{}\n\n", part["schema"].dump(2));
  out.data(printable(text, true));
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

Result<Exit> show_questions(Session& session, const Rehearsal& rehearsal) {
  Json parts = Json::array();
  for (const Rehearsal::Part& part : rehearsal.parts) parts.push_back(json_of(part, rehearsal));
  if (session.format() == Format::table) {
    for (const Json& part : parts) print(session.out(), part);
  } else {
    std::vector<Column> columns;
    for (const char* key : {"chunk", "begin", "end", "targets", "step", "provider", "model",
                            "prompt_tokens_max", "answer_tokens_max"})
      columns.push_back({.key = key, .title = key});
    write_rows(session.out(), session.format(), std::move(columns), parts);
  }
  if (!rehearsal.fallback.empty())
    session.out().say(fmt::format("The source is cut by lines: {}.", rehearsal.fallback));
  return Exit::done;
}

Result<Exit> show_documents(Session& session, const Rehearsal& rehearsal, const pipeline::Job& job,
                            const TryArguments& arguments) {
  if (arguments.chunk >= std::ssize(rehearsal.parts)) {
    return fail(Code::invalid_request, fmt::format("--chunk {}: the source has {} chunks",
                                                   arguments.chunk, rehearsal.parts.size()));
  }
  auto text = client::read_file(*arguments.answer, kFileBytesMax);
  if (!text) return std::unexpected(std::move(text.error()));
  const auto& part = rehearsal.parts[static_cast<std::size_t>(arguments.chunk)];
  const Json documents = examined(rehearsal, job, part, std::move(*text));
  write_rows(session.out(), session.format(), document_columns(), documents);
  const std::string unusable = documents.empty() ? "" : plain_text(documents[0]["unusable"]);
  if (!unusable.empty()) session.out().insist("The answer could not be used: " + unusable);
  return unusable.empty() ? Exit::done : Exit::failed;
}

Result<Exit> try_pipeline(Session& session, const TryArguments& arguments) {
  const auto words = configured(session, arguments);
  if (!words) return std::unexpected(words.error());
  const auto parsed = pipeline_of(arguments.pipeline, **words);
  if (!parsed) return std::unexpected(parsed.error());
  auto source = client::read_file(arguments.file, kFileBytesMax);
  if (!source) return std::unexpected(std::move(source.error()));
  const auto job = std::make_shared<pipeline::Job>();
  job->id = "try";
  job->path = arguments.file;
  job->pipeline = *parsed;
  job->model = arguments.model;
  job->source = std::make_shared<const std::string>(std::move(*source));
  job->force = true;
  const auto rehearsal = pipeline::rehearse(**words, job);
  if (!rehearsal) return std::unexpected(rehearsal.error());
  return arguments.answer ? show_documents(session, *rehearsal, *job, arguments)
                          : show_questions(session, *rehearsal);
}

}  // namespace

Verb pipeline_try_verb() {
  return {"pipeline try", "Shows what a pipeline would ask about a file, without a call",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<TryArguments>();
            options.positional("PIPELINE", arguments->pipeline, "A name, or a YAML file");
            options.positional("FILE", arguments->file, "The source");
            options.text("--model", "NAME", arguments->model, "Default: the pipeline's");
            options.text("--answer", "FILE", arguments->answer,
                         "A saved answer: shows the documents and findings that it gives");
            options.number("--chunk", "N", arguments->chunk, 0, 1'000'000,
                           "Which chunk the answer is about (0)");
            options.text("--config", "FILE", arguments->config,
                         "The configuration whose prompts and models count");
            return [arguments](Session& session) { return try_pipeline(session, *arguments); };
          }};
}

}  // namespace docwright::cli
