// One question as the call desk takes it: resolved, bounded, hashed.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "pipeline/behaviour.h"
#include "pipeline/call/answer_schema.h"
#include "pipeline/call/options.h"
#include "providers/models.h"

namespace docwright::pipeline {

// Journal numbers of a chunk's questions: asked first, asked again with what was wrong; each once
// more with a higher answer limit where its answer was cut, and once more as it is where the
// provider broke it off. A judge of an ensemble's answers is asked a question of its own.
inline constexpr int kFirstQuestion = 0, kCorrectiveQuestion = 1, kRaised = 2, kResampled = 4,
                     kJudgement = 8;

struct Inquiry {
  QuestionKey key;
  std::shared_ptr<const providers::Question> question;
  const providers::Provider* provider = nullptr;
  const providers::Model* model = nullptr;
  std::string route;                  // that led to the model; empty: it is named itself
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
  std::string route;  // that has the model among its targets; empty: it is named itself
  Json parameters;
  std::int64_t answer_tokens_max = 0;
};
// `own_model`: the one that the pipeline's parameters are meant for.
StepResult<Resolved> resolve(const Parts& parts, const Job& job, const CallOptions& options,
                             const std::string& model, bool own_model);

// What to ask about: targets of the chunk, and (of the corrective question) what was wrong with the
// answer before.
struct Topic {
  std::span<const outline::Definition> targets;
  int question = kFirstQuestion;
  std::string correction;                // goes to the end of the user's message
  std::vector<std::string> models = {};  // who is asked; empty: whom submit or step name
  int sample = 0;                        // of an ensemble's members
};

// A topic in words: the same whoever is asked.
struct Wording {
  int chunk = 0;
  std::vector<providers::Message> messages;
  RenderedSchema schema;
};
StepResult<Wording> word(const Run& run, const ChunkRun& chunk, const Step& step,
                         const Topic& topic);
// The language that is asked for: the submit's, else the pipeline's.
const std::string& answer_language(const Job& job, const CallOptions& options);

// The words as a question to one model, bounded. Where prompt and answer do not fit the model it
// fails as `too_long`, with what to do: such a question is never sent.
StepResult<Inquiry> make_inquiry(const Step& step, const Wording& wording, const Resolved& resolved,
                                 const Topic& topic);

// The same question with a higher answer limit, or nothing where the model or its window allows no
// higher one.
std::optional<Inquiry> raised(const Inquiry& inquiry);
// The same question, for another answer.
Inquiry resampled(const Inquiry& inquiry);

// SHA-256 of everything that can change the answer. Samples above 0 are asked for an answer of
// their own, whatever others got.
Hash question_hash(const providers::Provider& provider, const providers::Model& model,
                   const providers::Question& question, int sample = 0);

}  // namespace docwright::pipeline
