#include "pipeline/store/store.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/pipeline.h"
#include "pipeline/store/last_store.h"
#include "pipeline/store/options.h"
#include "pipeline/store/record.h"

namespace docwright::pipeline {
namespace {

Provenance provenance_of(const Run& run, const Checked& checked) {
  const Asked& last = checked.answers.back();
  Provenance provenance;
  provenance.provider = last.provider;
  provenance.model = last.model;
  provenance.parameters = last.parameters;
  provenance.answer_language = last.answer_language;
  provenance.call = last.answer.call;
  provenance.question = last.question;
  provenance.cached =
      std::ranges::all_of(checked.answers, [](const Asked& asked) { return asked.answer.cached; });
  provenance.corrected = checked.corrected;
  const providers::Provider* provider = run.parts.providers.find(last.provider);
  provenance.offline = provider != nullptr && provider->local != nullptr;
  provenance.fallback = std::ranges::any_of(checked.answers, &Asked::fallback);
  provenance.created = run.parts.loop.clock().now();
  for (const Asked& asked : checked.answers) {
    if (!asked.others.empty()) provenance.ensemble = {asked.model};
    for (const Asked& other : asked.others) provenance.ensemble.push_back(other.model);
    provenance.cost += asked.cost;
    provenance.usage.input += asked.usage.input;
    provenance.usage.input_cached += asked.usage.input_cached;
    provenance.usage.output += asked.usage.output;
  }
  return provenance;
}

std::vector<Document> documents_of(const Run& run, const Chunk& chunk, const Checked& checked) {
  const Provenance provenance = provenance_of(run, checked);
  std::vector<Document> documents;
  documents.reserve(chunk.targets.size());
  for (std::size_t i = 0; i < chunk.targets.size(); ++i) {
    documents.push_back(make_document(*run.job, run.language, chunk, chunk.targets[i],
                                      checked.drafts[i], provenance));
  }
  return documents;
}

std::optional<Error> unwanted(const StoreOptions& options, const Chunk& chunk,
                              const std::vector<Document>& documents) {
  if (options.keep_flagged) return std::nullopt;
  const auto flagged = std::ranges::find_if(documents, &Document::flagged);
  if (flagged == documents.end()) return std::nullopt;
  const auto finding = std::ranges::find(flagged->findings, "error", &Document::Finding::severity);
  return Error{Code::answer_invalid,
               fmt::format("chunk {}: the document of '{}' breaks {} ({}), and the pipeline keeps "
                           "no flagged documents",
                           chunk.number, flagged->symbol, finding->rule, finding->message)};
}

class Store final : public Behaviour {
 public:
  Task<StepResult<void>> run(Run& run, ChunkRun* chunk, const Step& step) const override {
    const auto& options = step.as<StoreOptions>();
    std::vector<Document> documents =
        documents_of(run, chunk->chunk, chunk->checked.at(options.parse));
    if (auto error = unwanted(options, chunk->chunk, documents)) co_return stop(std::move(*error));
    const int count = static_cast<int>(documents.size());
    const int flagged = static_cast<int>(std::ranges::count_if(documents, &Document::flagged));
    const int fallbacks = static_cast<int>(std::ranges::count_if(documents, &Document::fallback));

    const bool last = co_await run.last_store->enter();
    const Leaving leaving{*run.last_store};
    const Result<void> stored = co_await run.parts.documents.store(*run.job, chunk->chunk.number,
                                                                   std::move(documents), last);
    if (!stored) co_return stop_for_store(stored.error(), run.parts.loop.clock().now());
    leaving.stored = true;
    run.documents += count;
    run.flagged += flagged;
    run.fallbacks += fallbacks;
    co_return StepResult<void>{};
  }

 private:
  struct Leaving {
    LastStore& of;
    mutable bool stored = false;
    ~Leaving() { of.leave(stored); }
  };
};

}  // namespace

std::shared_ptr<const Behaviour> store_behaviour(const Step&) {
  return std::make_shared<const Store>();
}

}  // namespace docwright::pipeline
