// One question as the call desk takes it: resolved, bounded, hashed.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "pipeline/behaviour.h"
#include "pipeline/call/options.h"
#include "providers/models.h"

namespace docwright::pipeline {

// Journal numbers of a chunk's questions: asked first, asked again with what was wrong; each once
// more with a higher answer limit where its answer was cut.
inline constexpr int kFirstQuestion = 0, kCorrectiveQuestion = 1, kRaised = 2;

struct Inquiry {
  QuestionKey key;
  std::shared_ptr<const providers::Question> question;
  const providers::Provider* provider = nullptr;
  const providers::Model* model = nullptr;
  std::int64_t input_tokens_max = 0;  // a proven bound of the prompt
  int retries = 0;                    // after transient errors
  Duration time_limit{};              // of one attempt
  OnUnknown on_unknown = OnUnknown::repeat;
  Stream stream = Stream::by_model;

  // Whether the answer is asked for as a stream.
  bool streams() const;
};

// Who answers and how, with what the submit says over what the pipeline says over the model's
// defaults.
struct Resolved {
  const providers::Provider* provider = nullptr;
  const providers::Model* model = nullptr;
  Json parameters;
  std::string answer_language;
  std::int64_t answer_tokens_max = 0;
};
StepResult<Resolved> resolve(const Parts& parts, const Job& job, const CallOptions& options);

// What to ask about: targets of the chunk, and (of the corrective question) what was wrong with the
// answer before.
struct Topic {
  std::span<const outline::Definition> targets;
  int question = kFirstQuestion;
  std::string correction;  // goes to the end of the user's message
};

// Renders the prompt and bounds it. Stops with what to do where prompt and answer do not fit the
// model: such a question is never sent.
StepResult<Inquiry> make_inquiry(const Run& run, const ChunkRun& chunk, const Step& step,
                                 const Resolved& resolved, const Topic& topic);

// The same question with a higher answer limit, or nothing where the model or its window allows no
// higher one.
std::optional<Inquiry> raised(const Inquiry& inquiry);

// SHA-256 of everything that can change the answer. Samples above 0 are asked for an answer of
// their own, whatever others got.
Hash question_hash(const providers::Provider& provider, const providers::Model& model,
                   const providers::Question& question, int sample = 0);

}  // namespace docwright::pipeline
