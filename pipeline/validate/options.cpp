#include "pipeline/validate/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "outline/outline.h"
#include "pipeline/binding.h"
#include "pipeline/validate/validate.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

const config::Spec<RefuseOptions>& refuse_spec() {
  using config::option;
  static const config::Spec<RefuseOptions> spec(
      "Which sources are refused.",
      {option("binary", &RefuseOptions::binary).about("Refuse what is not text."),
       option("generated", &RefuseOptions::generated)
           .about("Refuse what a program wrote, by its own words or its name."),
       option("minified", &RefuseOptions::minified).about("Refuse code without line breaks."),
       option("vendored", &RefuseOptions::vendored)
           .about("Refuse copies of other projects, by their path.")});
  return spec;
}

std::string languages_rule(const std::vector<std::string>& languages) {
  using outline::Language;
  const std::vector<std::string_view> known{
      outline::name(Language::python), outline::name(Language::c), outline::name(Language::cpp),
      outline::name(Language::other)};
  for (const auto& language : languages) {
    if (std::ranges::find(known, language) != known.end()) continue;
    return fmt::format("expected languages out of {}; got '{}'{}", fmt::join(known, ", "), language,
                       did_you_mean(language, known));
  }
  return {};
}

void bind(ValidateOptions&, Binding&) {}

}  // namespace

const config::Spec<ValidateOptions>& validate_spec() {
  using config::option;
  using S = ValidateOptions;
  static const config::Spec<S> spec(
      "Refuses what should not be documented, with the reason; the job ends there.",
      with_common<S>(
          {option("bytes_max", &S::bytes_max).bytes().range(1, 1 << 30).about("Largest source."),
           option("languages", &S::languages)
               .check(languages_rule)
               .about("Languages that are taken; default: all."),
           config::group("refuse", &S::refuse, refuse_spec())}));
  return spec;
}

void add_validate(StepRegistry& steps) {
  steps.add<ValidateOptions>(
      {.name = "validate",
       .scope = Scope::source,
       .count = Count::once,
       .example = "bytes_max: 256KiB\nlanguages: [python, cpp]\nrefuse: {vendored: false}\n"},
      validate_spec(), bind, validate_behaviour);
}

}  // namespace docwright::pipeline
