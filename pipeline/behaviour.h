// What a step does. (What it can be told: its options.h; where it stands: registry.h.)
#pragma once
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pipeline/engine.h"
#include "pipeline/ports.h"
#include "pipeline/store/record.h"

namespace docwright::pipeline {

struct Step;

// Why a run ends before its end.
using Stop = std::variant<Failed, Parked>;
template <class T>
using StepResult = std::expected<T, Stop>;

inline std::unexpected<Stop> stop(Error error) {
  return std::unexpected<Stop>(Failed{std::move(error)});
}
inline std::unexpected<Stop> stop(Code code, std::string message) {
  return stop(Error{code, std::move(message)});
}
// Whether about fewer targets of the chunk there may be an answer.
inline bool is_too_long(const Stop& stop) {
  const auto* failed = std::get_if<Failed>(&stop);
  return failed != nullptr && failed->too_long;
}
// The store refused or failed: the run ends, and goes on from its last checkpoint when the store
// does.
std::unexpected<Stop> stop_for_store(const Error& error, Time now);

class LastStore;

// One run of one job, as its steps see it. Source steps fill language and plan.
struct Run {
  Parts& parts;
  const std::shared_ptr<const Job> job;
  outline::Language language = outline::Language::other;
  Plan plan;

  LastStore* last_store = nullptr;  // set before the first chunk
  // Stored in this run; flagged and fallbacks are among the documents.
  int documents = 0, flagged = 0, fallbacks = 0;

  // Since when the source step that runs works by itself: its time limit counts from here.
  // Moment::max(): it waits for its turn, which the job's deadline alone bounds.
  Moment working_since{};
};

// A question's answer, and what it was an answer to.
struct Asked {
  RecordedAnswer answer;
  std::string provider, model;
  bool fallback = false;  // no model could be asked: a local provider stood in
  Json parameters;
  std::string answer_language;
  Hash question{};  // of the canonical request
  Nusd cost = 0;    // of all calls that led here, the job's own ones
  Usage usage;
  int calls = 0;
  std::vector<Asked> others = {};  // further samples of an ensemble, in the order of its members
};

// The documents of a chunk as the checks left them, in the order of its targets.
struct Checked {
  std::vector<CheckedDraft> drafts;
  std::vector<Asked> answers;  // every answer that was used; the last one wrote last
  bool corrected = false;      // the corrective question was asked
};

// One chunk on its way through the steps: what earlier steps have left for later ones, by their
// names.
struct ChunkRun {
  const Chunk& chunk;
  std::map<std::string, Asked, std::less<>> asked;
  std::map<std::string, Checked, std::less<>> checked;
};

// Immutable; shared by all runs of its pipeline. Loop thread only.
class Behaviour {
 public:
  virtual ~Behaviour() = default;
  // `chunk` is null where the kind's scope is the source. Everything it refers to lives until the
  // task ends.
  virtual Task<StepResult<void>> run(Run& run, ChunkRun* chunk, const Step& step) const = 0;
};

}  // namespace docwright::pipeline
