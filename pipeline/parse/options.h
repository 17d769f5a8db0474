// What the step `parse` can be told.
#pragma once
#include <map>
#include <string>

#include "config/spec.h"
#include "pipeline/registry.h"

namespace docwright::pipeline {

// How the answers of an ensemble become documents.
//
//   best_checked  of each target, the document with the fewest errors, then the fewest warnings
//   first_valid   all documents of the first answer in which no check found an error; else as
//                 best_checked
//   majority      each field as more than half of the answers have it, blanks and case aside; where
//                 there is no such majority, as best_checked. An exception is documented where more
//                 than half document it
//   judge         as best_checked; then another model is shown the answers and writes the last one
enum class Combine { best_checked, first_valid, majority, judge };

struct ParseOptions {
  std::string name;
  std::string call;  // whose answer; once bound never empty (default: the nearest call before)
  // Mend what can be mended without a question: fences, prose around, order, duplicates.
  bool repair = true;
  Combine combine = Combine::best_checked;  // of the answers of an ensemble
  std::string judge;                        // model or route; set where `combine` is judge
  int corrective_questions = 1;             // 0 or 1
  // By check id (P01, ...; checks.h): error (repaired, asked again, else flagged), warning
  // (recorded), off. Those not named keep their own.
  std::map<std::string, std::string> checks;
  Duration time_limit = std::chrono::seconds(30);
  int retries = 0;
};

const config::Spec<ParseOptions>& parse_spec();
void add_parse(StepRegistry& steps);

}  // namespace docwright::pipeline
