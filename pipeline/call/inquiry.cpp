#include "pipeline/call/inquiry.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/call/answer_schema.h"
#include "pipeline/call/view.h"
#include "pipeline/pipeline.h"
#include "pipeline/prompt.h"
#include "providers/parameters.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

using providers::Model;
using providers::Provider;
using providers::Question;

// A cut answer is asked for once more; what was not enough by far would not be by a little.
constexpr std::int64_t kRaiseFactor = 4;
// An answer of more tokens takes minutes: a connection that is silent for so long may be cut.
constexpr std::int64_t kLongAnswer = 16'000;

// Whether a model takes all of these, beside its own ones and with that answer limit.
bool takes_all(const Model& model, const Provider& provider, const Json& parameters,
               std::int64_t answer_tokens_max) {
  for (const auto& [name, value] : parameters.items()) {
    if (!providers::parameter_refusal(model, &provider, name, value).empty()) return false;
  }
  Json together = model.parameters;
  providers::override_parameters(together, parameters);
  return providers::parameter_conflict(model, together, answer_tokens_max).empty();
}

StepResult<Json> resolve_parameters(const Job& job, const CallOptions& options, const Model& model,
                                    const Provider& provider, bool own_model,
                                    std::int64_t answer_tokens_max) {
  const auto conflict_of = [&](const Json& parameters) {
    return providers::parameter_conflict(model, parameters, answer_tokens_max);
  };
  Json parameters = model.parameters;
  // What the pipeline sets is meant for its own model; lint has checked it against that one. Where
  // a submit names another, or a route has several, what that one refuses is left out; so is what
  // cannot stand beside the submit's parameters.
  const bool takes = own_model || takes_all(model, provider, options.parameters, answer_tokens_max);
  for (const auto& [name, value] : options.parameters.items()) {
    Json more = parameters;
    providers::override_parameters(more, Json{{name, value}});
    Json beside = {{name, value}};
    providers::override_parameters(beside, job.parameters);
    if (!conflict_of(beside).empty()) continue;
    if (takes || (providers::parameter_refusal(model, &provider, name, value).empty() &&
                  conflict_of(more).empty()))
      parameters = std::move(more);
  }
  for (const auto& [name, value] : job.parameters.items()) {
    if (value.is_null()) continue;
    if (auto refusal = providers::parameter_refusal(model, &provider, name, value);
        !refusal.empty())
      return stop(Code::invalid_request, std::move(refusal));
  }
  providers::override_parameters(parameters, job.parameters);
  if (auto conflict = conflict_of(parameters); !conflict.empty())
    return stop(Code::invalid_request, std::move(conflict));
  return parameters;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

std::string joined(std::string text, const std::string& correction) {
  if (correction.empty()) return text;
  while (text.ends_with('\n')) text.pop_back();
  return text + "\n\n" + correction;
}

// In the order in which they are sent. What follows a message that differs is no prefix of all.
std::vector<providers::Message> messages_of(const Prompt& prompt, const Json& view,
                                            const std::string& correction) {
  std::vector<providers::Message> messages;
  bool stable = true;
  const auto add = [&](const char* role, const Template& text) {
    stable = stable && is_stable(text);
    messages.push_back({role, text.render(view), stable});
  };
  add("system", prompt.system);
  if (is_blank(messages.back().text)) messages.clear();
  for (const Example& example : prompt.examples) {
    add("user", example.user);
    add("assistant", example.assistant);
  }
  add("user", prompt.user);
  if (!correction.empty()) {
    messages.back().text = joined(std::move(messages.back().text), correction);
    messages.back().stable = false;
  }
  return messages;
}

// A token is at least one byte of UTF-8, so the bytes bound the tokens.
std::int64_t input_bound(const Provider& provider, const Model& model, const Question& question) {
  std::int64_t bytes =
      provider.codec ? provider.codec->overhead_tokens(question, model.dialect) : 0;
  for (const providers::Message& message : question.messages)
    bytes += static_cast<std::int64_t>(message.text.size());
  return bytes;
}

std::shared_ptr<const Json> facts_of(std::span<const outline::Definition> targets) {
  Json list = Json::array();
  for (const outline::Definition& target : targets) list.push_back(outline::to_json(target));
  return std::make_shared<const Json>(Json{{"targets", std::move(list)}});
}

// What would be refused anyway, with what to do about it.
std::optional<Error> too_large(const Model& model, std::int64_t input, std::int64_t answer,
                               int chunk) {
  const bool window = model.window_tokens > 0 && input + answer > model.window_tokens;
  const bool prompt = model.input_tokens_max > 0 && input > model.input_tokens_max;
  if (!window && !prompt) return std::nullopt;
  const std::string limit = window ? fmt::format("together more than the {} that '{}' takes",
                                                 model.window_tokens, model.name)
                                   : fmt::format("more than the {} that '{}' takes as a prompt",
                                                 model.input_tokens_max, model.name);
  return Error{Code::too_large, fmt::format("chunk {}: the prompt has up to {} tokens and the "
                                            "answer {}, {}. Lower the chunk step's limit_tokens "
                                            "or the call's answer_tokens_max, shorten the prompt, "
                                            "or name a model with a larger window",
                                            chunk, input, answer, limit)};
}

// What of a dialect reaches the model. How the answer comes back (a stream, its usage), under which
// name the limit is sent and how the prompt is cached change no word of it.
std::string dialect_text(const providers::Dialect& dialect) {
  return fmt::format("{} {} {} {} {}", static_cast<int>(dialect.structured), dialect.strict,
                     static_cast<int>(dialect.system_role), static_cast<int>(dialect.api),
                     dialect.api_version);
}

}  // namespace

StepResult<Resolved> resolve(const Parts& parts, const Job& job, const CallOptions& options,
                             const std::string& name, bool own_model) {
  Resolved resolved;
  const Result<const Model*> model = parts.models.usable(name, parts.loop.clock().now());
  if (!model) return stop(model.error());
  resolved.model = *model;
  resolved.provider = parts.providers.find(resolved.model->provider);
  if (resolved.provider == nullptr) {
    return stop(Code::configuration,
                fmt::format("the model '{}' names the provider '{}', which does not exist{}",
                            resolved.model->name, resolved.model->provider,
                            did_you_mean(resolved.model->provider, parts.providers.names())));
  }
  resolved.answer_tokens_max = options.answer_tokens_max;
  if (const std::int64_t most = resolved.model->output_tokens_max; most > 0) {
    resolved.answer_tokens_max = std::min(resolved.answer_tokens_max, most);
  }
  auto parameters = resolve_parameters(job, options, *resolved.model, *resolved.provider, own_model,
                                       resolved.answer_tokens_max);
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  resolved.parameters = std::move(*parameters);
  return resolved;
}

Hash question_hash(const Provider& provider, const Model& model, const Question& question,
                   int sample) {
  Json parameters = Json::object();
  std::vector<std::string> names;
  for (const auto& [name, value] : question.parameters.items()) names.push_back(name);
  std::ranges::sort(names);
  for (const std::string& name : names) parameters[name] = question.parameters[name];

  Hash messages{};
  for (const providers::Message& message : question.messages)
    messages = sha256_of({bytes_of(messages), message.role, message.text});
  return sha256_of(
      {"docwright question 2", provider.name, model.name, question.model,
       dialect_text(model.dialect), std::to_string(question.answer_tokens_max),
       dump_json(parameters), bytes_of(messages), question.schema_name, dump_json(*question.schema),
       question.facts ? dump_json(*question.facts) : std::string(), std::to_string(sample)});
}

const std::string& answer_language(const Job& job, const CallOptions& options) {
  return job.answer_language.empty() ? options.answer_language : job.answer_language;
}

StepResult<Wording> word(const Run& run, const ChunkRun& chunk, const Step& step,
                         const Topic& topic) {
  const auto& options = step.as<CallOptions>();
  const Json view = prompt_view(
      {*run.job, run.language, chunk, topic.targets, answer_language(*run.job, options)});
  Wording wording;
  wording.chunk = chunk.chunk.number;
  wording.messages = messages_of(*options.templates, view, topic.correction);
  if (std::ranges::any_of(wording.messages,
                          [](const auto& message) { return is_blank(message.text); })) {
    return stop(Code::configuration,
                fmt::format("chunk {}: the prompt of step '{}' renders to nothing; it was not sent",
                            chunk.chunk.number, step.name));
  }
  wording.schema = answer_schema(options.answer_schema, topic.targets);
  return wording;
}

StepResult<Inquiry> make_inquiry(const Step& step, const Wording& wording, const Resolved& resolved,
                                 const Topic& topic) {
  auto question = std::make_shared<Question>();
  question->messages = wording.messages;
  question->model = resolved.model->api_name;
  question->answer_tokens_max = resolved.answer_tokens_max;
  question->parameters = resolved.parameters;
  question->schema_name = wording.schema.name;
  question->schema = wording.schema.schema;
  if (resolved.provider->local) question->facts = facts_of(topic.targets);

  Inquiry inquiry;
  inquiry.input_tokens_max = input_bound(*resolved.provider, *resolved.model, *question);
  if (auto error = too_large(*resolved.model, inquiry.input_tokens_max, question->answer_tokens_max,
                             wording.chunk)) {
    return std::unexpected<Stop>(Failed{std::move(*error), true});
  }
  inquiry.key = {wording.chunk, step.name, topic.question,
                 question_hash(*resolved.provider, *resolved.model, *question, topic.sample),
                 topic.sample};
  inquiry.question = std::move(question);
  inquiry.provider = resolved.provider;
  inquiry.model = resolved.model;
  inquiry.route = resolved.route;
  inquiry.retries = step.retries;
  inquiry.time_limit = step.time_limit;
  inquiry.on_unknown = step.as<CallOptions>().on_unknown;
  inquiry.stream = step.as<CallOptions>().stream;
  return inquiry;
}

bool Inquiry::streams() const {
  using providers::Streaming;
  if (stream != Stream::by_model) return stream == Stream::always;
  const Streaming wanted = model->dialect.streaming;
  return wanted == Streaming::always ||
         (wanted == Streaming::long_answers && question->answer_tokens_max > kLongAnswer);
}

std::optional<Inquiry> raised(const Inquiry& inquiry) {
  const std::int64_t asked = inquiry.question->answer_tokens_max;
  std::int64_t limit = asked * kRaiseFactor;
  const Model& model = *inquiry.model;
  if (model.output_tokens_max > 0) limit = std::min(limit, model.output_tokens_max);
  if (model.window_tokens > 0)
    limit = std::min(limit, model.window_tokens - inquiry.input_tokens_max);
  if (limit <= asked) return std::nullopt;
  auto question = std::make_shared<Question>(*inquiry.question);
  question->answer_tokens_max = limit;
  Inquiry again = inquiry;
  again.key.question += kRaised;
  again.key.hash = question_hash(*inquiry.provider, model, *question, again.key.sample);
  again.question = std::move(question);
  return again;
}

Inquiry resampled(const Inquiry& inquiry) {
  Inquiry again = inquiry;
  again.key.question += kResampled;
  again.key.sample += kEnsembleMax;
  again.key.hash =
      question_hash(*inquiry.provider, *inquiry.model, *inquiry.question, again.key.sample);
  return again;
}

}  // namespace docwright::pipeline
