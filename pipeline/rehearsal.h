// What a pipeline would ask about a source, and what it would make of an answer, without a call.
// The same code as a run: chunks, prompts, schemas and checks are those of the daemon.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "pipeline/call/route.h"
#include "pipeline/configured.h"
#include "pipeline/parse/examine.h"

namespace docwright::pipeline {

struct Rehearsal {
  // What a call step would ask about a chunk: of an ensemble, one question for each member.
  struct Question {
    const Step* step = nullptr;
    std::vector<Candidate> targets;  // in the order in which they are asked; never empty
  };
  struct Part {
    Chunk chunk;
    std::vector<Question> questions;  // none: nothing is to be documented in it
  };
  outline::Language language = outline::Language::other;
  std::string fallback;  // why the outline is linear; empty otherwise
  std::vector<Part> parts;
};

// Reads no file and asks nobody: where a later call's prompt shows an earlier answer, words in
// brackets stand for it. Corrective questions and judges are not rehearsed. Errors: what would fail
// the job (a refused source, a prompt that fits no model). `configured` and the job's pipeline
// outlive the result.
Result<Rehearsal> rehearse(const Configured& configured, const std::shared_ptr<const Job>& job);

// What the first parse makes of that text as the answer about one of the parts; the corrective
// question is not asked.
Examination examine_text(const Rehearsal& rehearsal, const Job& job, const Rehearsal::Part& part,
                         std::string text);

}  // namespace docwright::pipeline
