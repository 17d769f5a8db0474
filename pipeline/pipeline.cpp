#include "pipeline/pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pipeline/binding.h"
#include "pipeline/order.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

constexpr std::size_t kStepsMax = 32;
constexpr int kBundleVersion = 1;

// The file's outer form; each step is read by its own kind's spec.
struct PipelineFile {
  std::string name, description;
  config::Node steps;
};

bool well_named(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string_view::npos;
}

std::string name_rule(const std::string& name) {
  return well_named(name) ? ""
                          : fmt::format("expected 1 to 64 letters, digits, - or _, got '{}'", name);
}

const config::Spec<PipelineFile>& file_spec() {
  using config::option;
  static const config::Spec<PipelineFile> spec(
      "A pipeline: what is done with each source file.",
      {option("name", &PipelineFile::name)
           .required()
           .check(name_rule)
           .about("What a submit calls it; the file is NAME.yaml."),
       option("description", &PipelineFile::description)
           .range(0, 2000)
           .about("What it is for, in a sentence or two."),
       option("steps", &PipelineFile::steps)
           .required()
           .about("The steps in order, each as `step: {options}`.")});
  return spec;
}

}  // namespace

// Reads one pipeline; used once. Collects every error that does not follow from an earlier one.
class PipelineParser final {
 public:
  PipelineParser(const config::NamedText& file, const Surroundings& surroundings)
      : file_(file), surroundings_(surroundings) {}

  Linted parse() {
    auto root = config::parse_yaml(file_.source, file_.text);
    if (!root) return std::unexpected(config::Errors{root.error()});
    config::Reading reading;
    const PipelineFile read = file_spec().parse(*root, reading);
    construction_.errors = std::move(reading.errors);
    if (root->find("steps")) read_steps(read.steps);
    if (!construction_.errors.empty()) return std::unexpected(std::move(construction_.errors));
    return finish(read);
  }

 private:
  void error(const config::Mark& mark, std::string message) {
    construction_.error(mark, std::move(message));
  }

  void read_steps(const config::Node& steps) {
    if (steps.kind != config::Node::Kind::list) {
      return error(steps.mark, fmt::format("'steps': expected a list of steps, got {}",
                                           config::described(steps)));
    }
    if (steps.items.empty()) return error(steps.mark, "'steps': expected at least one step");
    if (steps.items.size() > kStepsMax) {
      return error(steps.mark, fmt::format("'steps': expected at most {} steps, got {}", kStepsMax,
                                           steps.items.size()));
    }
    for (const auto& item : steps.items) read_step(item);
    if (construction_.errors.empty()) check_order(construction_, surroundings_.steps, steps.mark);
  }

  // `- store`, or `- store: {options}`.
  void read_step(const config::Node& item) {
    if (item.kind == config::Node::Kind::scalar)
      return read_step(item.text, item.mark, config::Node{.mark = item.mark});
    if (item.kind != config::Node::Kind::map || item.entries.empty()) {
      return error(item.mark,
                   fmt::format("expected a step such as 'chunk: {{limit_tokens: 3000}}', got {}",
                               config::described(item)));
    }
    const auto& [name, mark, options] = item.entries.front();
    if (item.entries.size() == 1) return read_step(name, mark, options);
    const auto& second = item.entries[1];
    if (surroundings_.steps.find(second.key)) {
      error(second.mark,
            fmt::format("'{}' stands in the same list item as '{}': begin it with '- '", second.key,
                        name));
    } else {
      error(second.mark, fmt::format("'{}' stands beside '{}', not within it: indent it further",
                                     second.key, name));
    }
  }

  void read_step(const std::string& name, const config::Mark& mark,
                 const config::Node& options_node) {
    const StepKind* kind = surroundings_.steps.find(name);
    if (!kind) {
      const auto known = surroundings_.steps.names();
      auto hint = did_you_mean(name, known);
      if (hint.empty()) hint = fmt::format("; expected one of {}", fmt::join(known, ", "));
      return error(mark, fmt::format("unknown step '{}'{}", name, hint));
    }
    config::Reading reading;
    auto options = kind->read(options_node, reading);
    const auto errors = construction_.errors.size();
    std::ranges::move(reading.errors, std::back_inserter(construction_.errors));
    if (construction_.errors.size() != errors) {
      readable_ = false;
      return;
    }
    auto common = kind->common(options.get());
    Binding binding(surroundings_, construction_, *kind, mark, reading.origins);
    if (binding.given("name")) {
      if (auto complaint = name_rule(common.name); !complaint.empty())
        binding.error("name", complaint);
      for (const auto& step : construction_.steps) {
        if (step.name == common.name)
          binding.error("name", fmt::format("'{}' is the name of an earlier step, in line {}",
                                            common.name, step.mark.line));
      }
    } else {
      common.name = free_name(name);
    }
    // With an earlier step unreadable, what is looked up among the earlier steps would be missed
    // without reason.
    if (readable_) kind->bind(options.get(), binding);
    construction_.steps.push_back(Step{.name = common.name,
                                       .kind = kind,
                                       .mark = mark,
                                       .time_limit = common.time_limit,
                                       .retries = common.retries,
                                       .options = std::move(options),
                                       .behaviour = nullptr});
  }

  std::string free_name(const std::string& kind) const {
    auto taken = [&](const std::string& name) {
      return std::ranges::find(construction_.steps, name, &Step::name) != construction_.steps.end();
    };
    std::string name = kind;
    for (int i = 2; taken(name); ++i) name = fmt::format("{}_{}", kind, i);
    return name;
  }

  Linted finish(const PipelineFile& read) {
    auto made = std::make_shared<Pipeline>();
    made->name_ = read.name;
    made->description_ = read.description;
    Json prompts = Json::object();
    for (const auto& [name, text] : construction_.prompts) prompts[name] = text;
    const Json bundle = {
        {"docwright_pipeline", kBundleVersion},
        {"name", read.name},
        {"text", file_.text},
        {"default_model", construction_.default_model_used ? surroundings_.default_model : ""},
        {"prompts", prompts}};
    made->bundle_ = dump_json(bundle);
    made->hash_ = sha256(made->bundle_);
    made->steps_ = std::move(construction_.steps);
    for (auto& step : made->steps_) {
      if (step.kind->behave) step.behaviour = step.kind->behave(step);
    }
    made->model_ = construction_.first_model;
    made->asks_default_ = construction_.first_by_default;
    return std::shared_ptr<const Pipeline>(std::move(made));
  }

  const config::NamedText& file_;
  const Surroundings& surroundings_;
  Construction construction_;
  bool readable_ = true;  // every step so far
};

const Step* Pipeline::find(std::string_view step_name) const {
  const auto found = std::ranges::find(steps_, step_name, &Step::name);
  return found == steps_.end() ? nullptr : &*found;
}

Linted parse_pipeline(const config::NamedText& file, const Surroundings& surroundings) {
  return PipelineParser(file, surroundings).parse();
}

Result<std::shared_ptr<const Pipeline>> parse_bundle(std::string_view bundle,
                                                     const StepRegistry& steps) {
  auto json = parse_json(bundle);
  auto text_of = [&](const char* key) {
    const auto found = json->find(key);
    return found != json->end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!json || !json->is_object() || !json->contains("prompts"))
    return fail(Code::corrupt, "a stored pipeline is not readable");
  if (json->value("docwright_pipeline", 0) != kBundleVersion) {
    return fail(Code::corrupt,
                "a stored pipeline has a form that this version of docwright does not know");
  }
  const Json& prompts = json->at("prompts");
  const std::string name = text_of("name");
  Surroundings surroundings{
      .steps = steps,
      .default_model = text_of("default_model"),
      .prompt = [&](std::string_view wanted) -> std::optional<config::NamedText> {
        const auto found = prompts.find(wanted);
        if (found == prompts.end() || !found->is_string()) return std::nullopt;
        return config::NamedText{"stored prompt " + std::string(wanted), found->get<std::string>()};
      }};
  auto parsed = parse_pipeline({"stored pipeline " + name, text_of("text")}, surroundings);
  if (!parsed) return std::unexpected(config::combined(parsed.error()));
  return std::move(*parsed);
}

std::expected<Catalogue, config::Errors> load_catalogue(const config::Library& pipelines,
                                                        const Surroundings& surroundings) {
  Catalogue catalogue;
  config::Errors errors;
  for (const auto& name : pipelines.names()) {
    const auto file = pipelines.find(name);
    if (!file) continue;  // it has just been removed
    auto parsed = parse_pipeline(*file, surroundings);
    if (!parsed) {
      std::ranges::move(parsed.error(), std::back_inserter(errors));
    } else if ((*parsed)->name() != name) {
      errors.push_back(
          Error{Code::configuration,
                fmt::format("the pipeline's name is '{}': expected that of its file, '{}'",
                            (*parsed)->name(), name),
                file->source});
    } else {
      catalogue.emplace(name, std::move(*parsed));
    }
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return catalogue;
}

}  // namespace docwright::pipeline
