// A rehearsed pipeline, shown: what it would ask, and what an answer would come to.
#pragma once
#include <span>
#include <string>

#include "client/cli/session.h"
#include "pipeline/rehearsal.h"

namespace docwright::cli {

// Every question about the parts: as text in a table's place, else as rows.
void show_questions(Session& session, const pipeline::Rehearsal& rehearsal,
                    std::span<const pipeline::Rehearsal::Part> parts);

// The documents that an answer about the part gives, with the findings of the checks. Exit::failed
// where the answer cannot be used at all.
Exit show_documents(Session& session, const pipeline::Rehearsal& rehearsal,
                    const pipeline::Job& job, const pipeline::Rehearsal::Part& part,
                    std::string answer);

}  // namespace docwright::cli
