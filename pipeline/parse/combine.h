// Several answers to one question made into one. Pure; any thread.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "pipeline/parse/examine.h"

namespace docwright::pipeline {

// What the documents of a majority are checked against once more.
struct CombineOrder {
  std::span<const outline::Definition> targets;
  outline::Language language = outline::Language::other;
  std::string_view source;
  const CheckRules& rules;
};

// `samples`: an examination of each answer, over the same targets, in the order of the models; at
// least one.
Examination combined(Combine rule, std::vector<Examination> samples, const CombineOrder& order);

// What a judge is told: the answers, and to write a better one.
std::string judgement(std::span<const std::string> answers);

}  // namespace docwright::pipeline
