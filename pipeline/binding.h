// What a step's bind() works with: one step of a pipeline under construction, and what its names
// are looked up in.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/pipeline.h"
#include "pipeline/prompt.h"

namespace docwright::pipeline {

// What all steps of one pipeline share while it is parsed.
struct Construction {
  std::vector<Step> steps;                     // bound already, in order
  std::map<std::string, std::string> prompts;  // texts of the prompts that were asked for, by name
  std::set<std::string> answers_used;  // names of the steps whose answers a later step reads
  std::string first_model;             // the first call's
  bool first_by_default = false;       // which names none
  bool default_model_used = false;
  config::Errors errors;

  void error(const config::Mark& mark, std::string message) {
    errors.push_back(config::error_at(mark, std::move(message)));
  }
};

class Binding final {
 public:
  Binding(const Surroundings& surroundings, Construction& construction, const StepKind& kind,
          const config::Mark& place, const config::Origins& origins)
      : surroundings_(surroundings),
        construction_(construction),
        kind_(kind),
        place_(place),
        origins_(origins) {}

  const Surroundings& surroundings() const { return surroundings_; }

  // Reports at the option's place, or at the step's where it was not given.
  void error(std::string_view option, const std::string& message);
  bool given(std::string_view option) const;

  // An earlier step whose answer this one reads: the named one, or the nearest of its kind where
  // the name is empty. Null after an error, which is reported.
  const Step* answer_of(std::string_view option, std::string_view kind, std::string_view name);
  // The models or the route that the option names, or the default where it names none.
  std::vector<std::string> models(std::string_view option, const std::vector<std::string>& names);
  // The named prompt file, compiled and checked; its text becomes part of the bundle. Null after an
  // error, which is reported.
  std::shared_ptr<const Prompt> prompt(const std::string& name);
  // The same of templates that stand in the pipeline itself.
  std::shared_ptr<const Prompt> inline_prompt(const std::string& system, const std::string& user);

 private:
  // `path` leads to the file's options among the origins.
  std::shared_ptr<const Prompt> compile(const PromptFile& file, const config::Origins& origins,
                                        const std::string& path);
  void check_names(const Template& text, const config::Mark& mark, const std::string& option);
  std::string complaint_about(const Template::Use& use);

  const Surroundings& surroundings_;
  Construction& construction_;
  const StepKind& kind_;
  const config::Mark& place_;
  const config::Origins& origins_;
};

}  // namespace docwright::pipeline
