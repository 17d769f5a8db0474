#include "pipeline/pipeline.h"

#include <algorithm>

#include "pipeline/binding.h"
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
  return well_named(name) ? "" : "expected 1 to 64 letters, digits, - or _, got '" + name + "'";
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
    construction_.errors.push_back(
        Error{Code::configuration, std::move(message), config::to_text(mark)});
  }

  void read_steps(const config::Node& steps) {
    if (steps.kind != config::Node::Kind::list) {
      return error(steps.mark,
                   "'steps': expected a list of steps, got " + config::described(steps));
    }
    if (steps.items.empty()) return error(steps.mark, "'steps': expected at least one step");
    if (steps.items.size() > kStepsMax) {
      return error(steps.mark, "'steps': expected at most " + std::to_string(kStepsMax) +
                                   " steps, got " + std::to_string(steps.items.size()));
    }
    for (const auto& item : steps.items) read_step(item);
    if (construction_.errors.empty()) check_order(steps.mark);
    if (construction_.errors.empty()) check_answers();
  }

  // `- store`, or `- store: {options}`.
  void read_step(const config::Node& item) {
    if (item.kind == config::Node::Kind::scalar)
      return read_step(item.text, item.mark, config::Node{.mark = item.mark});
    if (item.kind != config::Node::Kind::map || item.entries.empty()) {
      return error(item.mark, "expected a step such as 'chunk: {limit_tokens: 3000}', got " +
                                  config::described(item));
    }
    const auto& [name, mark, options] = item.entries.front();
    if (item.entries.size() == 1) return read_step(name, mark, options);
    const auto& second = item.entries[1];
    if (surroundings_.steps.find(second.key)) {
      error(second.mark, "'" + second.key + "' stands in the same list item as '" + name +
                             "': begin it with '- '");
    } else {
      error(second.mark,
            "'" + second.key + "' stands beside '" + name + "', not within it: indent it further");
    }
  }

  void read_step(const std::string& name, const config::Mark& mark,
                 const config::Node& options_node) {
    const StepKind* kind = surroundings_.steps.find(name);
    if (!kind) {
      const auto known = surroundings_.steps.names();
      auto hint = did_you_mean(name, known);
      if (hint.empty()) {
        for (auto one : known)
          hint += (hint.empty() ? "; expected one of " : ", ") + std::string(one);
      }
      return error(mark, "unknown step '" + name + "'" + hint);
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
          binding.error("name", "'" + common.name + "' is the name of an earlier step, in line " +
                                    std::to_string(step.mark.line));
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
    for (int i = 2; taken(name); ++i) name = kind + "_" + std::to_string(i);
    return name;
  }

  // What the kinds say of their places. Only the first complaint: the next ones often follow from
  // it.
  void check_order(const config::Mark& list) {
    for (const auto& kind : surroundings_.steps.all()) {
      if (kind->place.count != Count::once || first_of(kind->name()) != construction_.steps.end())
        continue;
      return error(list, "a step '" + kind->name() + "' is missing");
    }
    for (auto step = construction_.steps.begin(); step != construction_.steps.end(); ++step) {
      if (auto complaint = misplaced(step); !complaint.empty()) return error(step->mark, complaint);
    }
  }

  using Position = std::vector<Step>::const_iterator;

  Position first_of(std::string_view kind) const {
    return std::ranges::find(construction_.steps, kind, [](const Step& step) -> std::string_view {
      return step.kind->name();
    });
  }

  std::string misplaced(Position step) const {
    const auto& place = step->kind->place;
    const auto first = first_of(place.name);
    if (place.count == Count::once && first != step) {
      return "a second '" + place.name + "': expected one, and the first is in line " +
             std::to_string(first->mark.line);
    }
    if (!place.after.empty() && first_of(place.after) >= step) {
      return "'" + place.name + "' needs a step '" + place.after + "' before it";
    }
    if (step == construction_.steps.begin()) return {};
    const auto& before = std::prev(step)->kind->place;
    if (place.after.empty())
      return "'" + place.name + "' is the first step of a pipeline: '" + before.name +
             "' stands before it";
    if (before.last)
      return "'" + place.name + "' stands after '" + before.name + "', which is the last step";
    if (place.scope == Scope::source && before.scope == Scope::chunk) {
      return "'" + place.name + "' works on the whole source: it cannot stand after '" +
             before.name + "'";
    }
    return {};
  }

  // An answer that nothing reads would be paid for nothing.
  void check_answers() {
    for (const auto& step : construction_.steps) {
      if (step.kind->name() != "call" || construction_.answers_used.contains(step.name)) continue;
      error(step.mark, "the answer of '" + step.name +
                           "' is read by no later step: expected a parse with 'call: " + step.name +
                           "', or a template with {{steps." + step.name + ".text}}");
    }
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
      errors.push_back(Error{Code::configuration,
                             "the pipeline's name is '" + (*parsed)->name() +
                                 "': expected that of its file, '" + name + "'",
                             file->source});
    } else {
      catalogue.emplace(name, std::move(*parsed));
    }
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return catalogue;
}

}  // namespace docwright::pipeline
