// What the step `parse` can be told.
#pragma once
#include <map>
#include <string>

#include "config/spec.h"
#include "pipeline/registry.h"

namespace docwright::pipeline {

struct ParseOptions {
  std::string name;
  std::string call;  // whose answer; once bound never empty (default: the nearest call before)
  bool repair =
      true;  // mend what can be mended without a question: fences, prose around, order, duplicates
  int corrective_questions = 1;  // 0 or 1
  // By check id (P01, ...; checks.h): error (repaired, asked again, else flagged), warning
  // (recorded), off. Those not named keep their own.
  std::map<std::string, std::string> checks;
  Duration time_limit = std::chrono::seconds(30);
  int retries = 0;
};

const config::Spec<ParseOptions>& parse_spec();
void add_parse(StepRegistry& steps);

}  // namespace docwright::pipeline
