#include "pipeline/parse/options.h"

#include <fmt/format.h>

#include "pipeline/binding.h"
#include "pipeline/call/options.h"
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
  const Step* call = binding.answer_of("call", "call", options.call);
  if (call == nullptr) return;
  options.call = call->name;
  if (binding.given("combine") && call->as<CallOptions>().ensemble.empty()) {
    binding.error("combine", "the call '" + call->name + "' has no ensemble: there is one answer");
  }
  const bool judged = options.combine == Combine::judge;
  if (judged && options.judge.empty())
    binding.error("combine", "judge: expected the option judge, a model or a route");
  if (!judged && !options.judge.empty())
    binding.error("judge", "nobody asks it: expected combine: judge beside it");
  if (judged && !options.judge.empty()) binding.models("judge", {options.judge});
}

}  // namespace

const config::Spec<ParseOptions>& parse_spec() {
  using config::option;
  using config::word;
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
           word("combine", &S::combine,
                {{"best_checked", Combine::best_checked},
                 {"first_valid", Combine::first_valid},
                 {"majority", Combine::majority},
                 {"judge", Combine::judge}})
               .about("What becomes of the answers of an ensemble: of each definition the "
                      "document with the fewest faults; the first answer without an error; each "
                      "field as most answers have it; or a judge, shown all of them, writes "
                      "another."),
           option("judge", &S::judge).range(1, 100).about("Model or route that judges."),
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
