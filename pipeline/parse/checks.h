// Checks of a document against the facts of its target, without a model. Pure functions; any
// thread.
//
// error: mended, else asked again once, else the document is stored as flagged. warning: recorded.
// Rules that can mend what they find without guessing do so in the draft, and say so (`fixed`).
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "outline/outline.h"
#include "pipeline/parse/draft.h"

namespace docwright::pipeline {

enum class Severity { off, warning, error };
std::string_view name(Severity severity);

struct CheckInfo {
  std::string_view id;
  Severity severity;  // unless the pipeline says otherwise
  std::string_view sentence;
};
// In the order in which they run; the closed list.
std::span<const CheckInfo> all_checks();

struct Finding {
  std::string rule;
  Severity severity = Severity::warning;
  std::string path;  // JSON pointer into the record: /doc/parameters/timeout
  std::string message;
  bool fixed = false;
};

// What a draft is held against.
struct Subject {
  const outline::Definition& target;
  outline::Language language = outline::Language::other;
  std::string_view source;  // the whole file: where an exception's type would have to be known
  bool truncated = false;   // the answer ended within this document
};

struct CheckRules {
  std::map<std::string, std::string> severities;  // by id: error, warning or off
  bool repair = true;
};

// Runs every check that is on, in order; mends the draft.
std::vector<Finding> check(Draft& draft, const Subject& subject, const CheckRules& rules);

// One that no draft exists for: T01.
Finding missing_document(const CheckRules& rules);

bool has_errors(std::span<const Finding> findings);  // those that were not fixed

}  // namespace docwright::pipeline
