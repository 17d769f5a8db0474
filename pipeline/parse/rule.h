// What the rules share while they run over one draft.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/parse/checks.h"

namespace docwright::pipeline {

class Checking final {
 public:
  Checking(Draft& draft, const Subject& about, const CheckRules& by)
      : doc(draft), subject(about), target(about.target), rules_(by) {}

  Draft& doc;
  const Subject& subject;
  const outline::Definition& target;

  bool may_repair() const { return rules_.repair; }
  void found(std::string_view rule, std::string_view path, std::string message);
  void mended(std::string_view rule, std::string_view path, std::string message);
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  void add(std::string_view rule, std::string_view path, std::string message, bool fixed);

  const CheckRules& rules_;
  std::vector<Finding> findings_;
};

Severity severity_of(std::string_view rule, const CheckRules& rules);

// Functions and what is like them: what has parameters and may return.
bool is_callable(outline::Kind kind);

// Each runs the rules of its file, in the order of their ids.
void check_parameters(Checking& checking);  // P01, P02, P03
void check_returns(Checking& checking);     // R01, R02, R03
void check_raises(Checking& checking);      // X01, X02
void check_texts(Checking& checking);       // S01, S02, S03, S04

}  // namespace docwright::pipeline
