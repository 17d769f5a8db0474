// The stored record of one document (schemas/document.json): what we know, what the model wrote,
// what the checks found, where it all came from.
#pragma once
#include <string>
#include <vector>

#include "pipeline/parse/checks.h"
#include "pipeline/ports.h"

namespace docwright::pipeline {

// Where a chunk's documents came from. Tokens and cost are those of all calls that made them; its
// targets share them.
struct Provenance {
  std::string provider, model;
  std::vector<std::string> ensemble = {};  // the models that were all asked; empty: one was
  Json parameters = Json::object();
  std::string answer_language;
  std::int64_t call = 0;  // journal row of the last answer used
  Hash question{};        // of its canonical request
  Usage usage;
  Nusd cost = 0;
  bool cached = false;     // every answer was paid by an earlier call
  bool corrected = false;  // the corrective question was asked
  bool offline = false;    // written from the code's facts alone
  bool fallback = false;   // in place of a model that could not be asked
  Time created{};
};

// One target's draft as the checks left it; a target that nothing was written for has an empty one
// and a finding.
struct CheckedDraft {
  Draft draft;
  std::vector<Finding> findings;
};

// Pure. `target` is one of the chunk's.
Document make_document(const Job& job, outline::Language language, const Chunk& chunk,
                       const outline::Definition& target, const CheckedDraft& checked,
                       const Provenance& provenance);

}  // namespace docwright::pipeline
