// What the step `parse` can be told.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "config/spec.h"
#include "pipeline/registry.h"

namespace docwright::pipeline {

// The checks of documents against the code, with the severity that each has where a pipeline says
// nothing.
struct CheckName {
  std::string_view id;
  std::string_view severity;  // error, warning
  std::string_view sentence;  // what it finds
};
std::span<const CheckName> check_names();

struct ParseOptions {
  std::string name;
  std::string call;  // whose answer; once bound never empty (default: the nearest call before)
  bool repair =
      true;  // mend what can be mended without a question: fences, prose around, order, duplicates
  int corrective_questions = 1;  // 0 or 1
  // By check id (P01, ...): error (repaired, asked again, else flagged), warning (recorded), off.
  // Those not named keep their own.
  std::map<std::string, std::string> checks;
  Duration time_limit = std::chrono::seconds(30);
  int retries = 0;
};

const config::Spec<ParseOptions>& parse_spec();
void add_parse(StepRegistry& steps);

}  // namespace docwright::pipeline
