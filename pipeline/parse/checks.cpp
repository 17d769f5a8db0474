#include "pipeline/parse/checks.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "pipeline/parse/rule.h"

namespace docwright::pipeline {

std::span<const CheckInfo> all_checks() {
  using enum Severity;
  static constexpr std::array kChecks = {
      CheckInfo{"J01", error, "The answer is a JSON object that can be read."},
      CheckInfo{"J02", warning, "The answer is valid against its schema."},
      CheckInfo{"T01", error, "Every target has its document."},
      CheckInfo{"P01", error, "Every parameter of the signature is documented."},
      CheckInfo{"P02", error, "Every documented parameter is one of the signature."},
      CheckInfo{"P03", warning,
                "Parameters are documented once each, in the order of the signature."},
      CheckInfo{"R01", error, "Nothing is said about a value where none is returned."},
      CheckInfo{"R02", error, "A value that is returned is documented."},
      CheckInfo{"R03", error, "What a generator yields is documented, and of generators only."},
      CheckInfo{"X01", warning, "Every exception raised in the body is documented."},
      CheckInfo{
          "X02", error,
          "Every documented exception exists: in the source, or in the language's own library."},
      CheckInfo{"S01", warning,
                "The summary is one sentence of at most 120 characters and ends with a full stop."},
      CheckInfo{"S02", warning, "The text says more than the names do."},
      CheckInfo{"S03", error, "The text is about the code, not about the conversation."},
      CheckInfo{"S04", error, "The text is there, complete, and does not repeat itself."},
  };
  return kChecks;
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::off:
      return "off";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  std::abort();
}

Severity severity_of(std::string_view rule, const CheckRules& rules) {
  if (const auto chosen = rules.severities.find(std::string(rule));
      chosen != rules.severities.end()) {
    for (const Severity severity : {Severity::off, Severity::warning, Severity::error}) {
      if (name(severity) == chosen->second) return severity;
    }
  }
  const auto known = std::ranges::find(all_checks(), rule, &CheckInfo::id);
  return known == all_checks().end() ? Severity::warning : known->severity;
}

bool is_callable(outline::Kind kind) {
  using enum outline::Kind;
  return kind == function || kind == method || kind == constructor || kind == destructor ||
         kind == operator_ || kind == macro;
}

void Checking::found(std::string_view rule, std::string_view path, std::string message) {
  add(rule, path, std::move(message), false);
}

void Checking::mended(std::string_view rule, std::string_view path, std::string message) {
  add(rule, path, std::move(message), true);
}

void Checking::add(std::string_view rule, std::string_view path, std::string message, bool fixed) {
  Severity severity = severity_of(rule, rules_);
  if (severity == Severity::off) return;
  if (fixed) severity = Severity::warning;  // it is on record, and it is right now
  findings_.push_back(
      {std::string(rule), severity, "/doc" + std::string(path), std::move(message), fixed});
}

std::vector<Finding> check(Draft& draft, const Subject& subject, const CheckRules& rules) {
  Checking checking(draft, subject, rules);
  check_parameters(checking);
  check_returns(checking);
  check_raises(checking);
  check_texts(checking);
  return checking.take();
}

Finding missing_document(const CheckRules& rules) {
  return {"T01", severity_of("T01", rules), "/doc",
          "the answer has no document of this definition"};
}

bool has_errors(std::span<const Finding> findings) {
  return std::ranges::any_of(findings, [](const Finding& finding) {
    return finding.severity == Severity::error && !finding.fixed;
  });
}

}  // namespace docwright::pipeline
