// What an answer is worth: extracted, validated, read, checked. Pure; any thread.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/call/options.h"
#include "pipeline/parse/checks.h"
#include "pipeline/parse/options.h"
#include "providers/provider.h"

namespace docwright::pipeline {

struct Examination {
  struct Document {
    bool written = false;  // the answer has a draft of it
    Draft draft;
    std::vector<Finding> findings;
  };
  std::vector<Document> documents;  // one for each target, in their order
  std::string unusable;             // why there is no draft at all; empty: there is one
  bool refused = false;             // by the model or its filter: asking again would not help

  bool usable() const { return unusable.empty(); }
};

struct ExamineOrder {
  const providers::Answer& answer;
  std::span<const outline::Definition> targets;
  AnswerSchema form = AnswerSchema::shared;
  outline::Language language = outline::Language::other;
  std::string_view source;
  const CheckRules& rules;
};
Examination examine(const ExamineOrder& order);

// What the corrective question adds to the prompt: the rules that were broken, by target.
std::string correction(const Examination& examination,
                       std::span<const outline::Definition> targets);

}  // namespace docwright::pipeline
