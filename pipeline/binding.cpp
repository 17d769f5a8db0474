#include "pipeline/binding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// "steps.draft.text" -> "steps", and the rest.
std::pair<std::string_view, std::string_view> head_of(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return {name, {}};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

bool contains(std::span<const PromptName> names, std::string_view name) {
  return std::ranges::any_of(names, [&](const PromptName& known) { return known.name == name; });
}

// Whether a section renders items of which the templates' list of names knows nothing (an earlier
// answer's).
bool within_answer(const Template::Use& use) {
  return std::ranges::any_of(
      use.sections, [](const std::string& section) { return section.starts_with("steps."); });
}

}  // namespace

void Binding::error(std::string_view option, const std::string& message) {
  const std::string path = kind_.name() + "." + std::string(option);
  const auto found = origins_.find(path);
  construction_.error(found == origins_.end() ? place_ : found->second,
                      fmt::format("'{}': {}", path, message));
}

bool Binding::given(std::string_view option) const {
  return origins_.contains(kind_.name() + "." + std::string(option));
}

const Step* Binding::answer_of(std::string_view option, std::string_view kind,
                               std::string_view name) {
  std::vector<std::string_view> known;
  const Step* found = nullptr;
  for (const auto& step : construction_.steps) {
    if (step.kind->name() != kind) continue;
    known.push_back(step.name);
    if (name.empty() || step.name == name) found = &step;
  }
  if (found) {
    construction_.answers_used.insert(found->name);
  } else if (!known.empty()) {
    error(option, fmt::format("no {} before this step is named '{}'{}", kind, name,
                              did_you_mean(name, known)));
  }  // none at all: the pipeline's order is wrong, which is reported once (StepPlace::after)
  return found;
}

std::vector<std::string> Binding::models(std::string_view option,
                                         const std::vector<std::string>& names) {
  if (names.empty()) {
    construction_.default_model_used = true;
    if (construction_.first_model.empty()) {
      construction_.first_model = surroundings_.default_model;
      construction_.first_by_default = true;
    }
    if (surroundings_.default_model.empty())
      error(option, "no model is named here, and the configuration has no default");
    return {surroundings_.default_model};
  }
  if (construction_.first_model.empty())
    construction_.first_model = fmt::format("{}", fmt::join(names, ", "));
  if (surroundings_.models == nullptr || surroundings_.routes == nullptr) return names;
  const auto known = names.size() == 1
                         ? model_and_route_names(*surroundings_.models, *surroundings_.routes)
                         : surroundings_.models->names();
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) != known.end()) continue;
    error(option, fmt::format("unknown model '{}'{}; `docwright model list` names all", name,
                              did_you_mean(name, known)));
  }
  return names;
}

std::shared_ptr<const Prompt> Binding::prompt(const std::string& name) {
  auto file = surroundings_.prompt ? surroundings_.prompt(name) : std::nullopt;
  if (!file) {
    error("prompt",
          "unknown prompt '" + name + "'" + did_you_mean(name, views(surroundings_.prompts)));
    return nullptr;
  }
  construction_.prompts[name] = file->text;
  auto root = config::parse_yaml(file->source, file->text);
  if (!root) {
    construction_.errors.push_back(root.error());
    return nullptr;
  }
  config::Reading reading;
  const PromptFile read = prompt_spec().parse(*root, reading);
  if (!reading.errors.empty()) {
    std::ranges::move(reading.errors, std::back_inserter(construction_.errors));
    return nullptr;
  }
  return compile(read, reading.origins, "");
}

std::shared_ptr<const Prompt> Binding::inline_prompt(const std::string& system,
                                                     const std::string& user) {
  PromptFile file;
  file.system = system;
  file.user = user;
  return compile(file, origins_, kind_.name() + ".");
}

std::shared_ptr<const Prompt> Binding::compile(const PromptFile& file,
                                               const config::Origins& origins,
                                               const std::string& path) {
  const auto errors = construction_.errors.size();
  auto one = [&](const std::string& option, const std::string& text) {
    const auto found = origins.find(path + option);
    const config::Mark& mark = found == origins.end() ? place_ : found->second;
    auto parsed = Template::parse(text);
    if (parsed) {
      check_names(*parsed, mark, path + option);
    } else {
      construction_.error(mark, fmt::format("'{}{}': {}", path, option, parsed.error().message));
    }
    return parsed;
  };
  auto system = one("system", file.system);
  auto user = one("user", file.user);
  std::vector<Example> examples;
  for (std::size_t i = 0; i < file.examples.size(); ++i) {
    const std::string place = fmt::format("examples[{}].", i);
    auto question = one(place + "user", file.examples[i].user);
    auto answer = one(place + "assistant", file.examples[i].assistant);
    if (question && answer) examples.push_back({std::move(*question), std::move(*answer)});
  }
  if (construction_.errors.size() != errors) return nullptr;
  return std::make_shared<const Prompt>(
      Prompt{std::move(*system), std::move(*user), std::move(examples)});
}

void Binding::check_names(const Template& text, const config::Mark& mark,
                          const std::string& option) {
  for (const auto& use : text.uses()) {
    const auto complaint = complaint_about(use);
    if (complaint.empty()) continue;
    construction_.error(
        mark, fmt::format("'{}': line {}, column {}: {}", option, use.line, use.column, complaint));
  }
}

std::string Binding::complaint_about(const Template::Use& use) {
  const auto [head, rest] = head_of(use.name);
  if (head == "steps") {
    const auto [wanted, member] = head_of(rest);
    std::vector<std::string_view> known;
    for (const auto& step : construction_.steps) {
      if (step.kind->name() == "call" || step.kind->name() == "parse") known.push_back(step.name);
    }
    if (std::ranges::find(known, wanted) != known.end()) {
      construction_.answers_used.emplace(wanted);
      return {};
    }
    return fmt::format("no step before this one that answers is named '{}'{}", wanted,
                       did_you_mean(wanted, known));
  }
  if (use.name == "." || contains(prompt_names(), head) || within_answer(use)) return {};
  if (!use.sections.empty() && contains(prompt_target_names(), head)) return {};
  std::vector<std::string_view> known;
  for (const auto& name : prompt_names()) known.push_back(name.name);
  if (!use.sections.empty()) {
    for (const auto& name : prompt_target_names()) known.push_back(name.name);
  } else if (contains(prompt_target_names(), head)) {
    return fmt::format("'{}' is known within {{{{#targets}}}}...{{{{/targets}}}} only", head);
  }
  return fmt::format("unknown name '{}'{}", head, did_you_mean(head, known));
}

}  // namespace docwright::pipeline
