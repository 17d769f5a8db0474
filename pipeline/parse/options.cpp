#include "pipeline/parse/options.h"

#include <fmt/format.h>

#include "pipeline/binding.h"
#include "pipeline/parse/checks.h"
#include "pipeline/parse/parse.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

std::string checks_rule(const std::map<std::string, std::string>& checks) {
  std::vector<std::string_view> known;
  for (const CheckInfo& check : all_checks()) known.push_back(check.id);
  constexpr std::array<std::string_view, 3> kSeverities{"error", "warning", "off"};
  for (const auto& [id, severity] : checks) {
    if (std::ranges::find(known, id) == known.end()) {
      return fmt::format("unknown check '{}'{}", id, did_you_mean(id, known));
    }
    if (std::ranges::find(kSeverities, severity) == kSeverities.end()) {
      return fmt::format("expected error, warning or off for {}, got '{}'{}", id, severity,
                         did_you_mean(severity, kSeverities));
    }
  }
  return {};
}

void bind(ParseOptions& options, Binding& binding) {
  if (const Step* call = binding.answer_of("call", "call", options.call)) options.call = call->name;
}

}  // namespace

const config::Spec<ParseOptions>& parse_spec() {
  using config::option;
  using S = ParseOptions;
  static const config::Spec<S> spec(
      "Reads the documents out of an answer and checks each against the code. What contradicts it "
      "is repaired, asked again once, or "
      "stored as flagged; never stored as good.",
      with_common<S>(
          {option("call", &S::call)
               .about("The call whose answer it reads; default: the nearest before."),
           option("repair", &S::repair)
               .about("Mend what needs no question: fences, prose around the JSON, order, "
                      "duplicates."),
           option("corrective_questions", &S::corrective_questions)
               .range(0, 1)
               .about("Questions that tell the model what was wrong, each a call of its own."),
           option("checks", &S::checks)
               .check(checks_rule)
               .about("Severity by check: error (asked again, else flagged), warning (recorded), "
                      "off. Those not named keep their own.")}));
  return spec;
}

void add_parse(StepRegistry& steps) {
  steps.add<ParseOptions>(
      {.name = "parse",
       .after = "call",
       .example = "call: draft\ncorrective_questions: 1\nchecks: {X01: error, S02: off}\n"},
      parse_spec(), bind, parse_behaviour);
}

}  // namespace docwright::pipeline
