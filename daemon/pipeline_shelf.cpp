#include "daemon/pipeline_shelf.h"

#include <fmt/format.h>

#include <utility>

#include "store/pipelines.h"

namespace docwright::daemon {

PipelineShelf::PipelineShelf(Pool& pool, store::Store& store, const pipeline::StepRegistry& steps,
                             const Catalog& catalog)
    : pool_(pool), store_(store), steps_(steps) {
  for (const auto& [name, entry] : catalog.pipelines())
    pipelines_.emplace(entry.version, entry.pipeline);
}

Task<Result<std::shared_ptr<const pipeline::Pipeline>>> PipelineShelf::find(std::int64_t version) {
  if (const auto at = pipelines_.find(version); at != pipelines_.end()) co_return at->second;
  auto query = [version](store::Database& database) {
    return store::load_pipeline(database, version);
  };
  const auto stored = co_await store_.read(pool_, std::move(query));
  if (!stored) co_return std::unexpected(stored.error());
  auto parsed = pipeline::parse_bundle(stored->text, steps_);
  if (!parsed) {
    co_return fail(Code::configuration,
                   fmt::format("the version of pipeline '{}' that this job was accepted with "
                               "cannot be read by this docwright: {}; submit the source again",
                               stored->name, parsed.error().message));
  }
  pipelines_.emplace(version, *parsed);
  co_return std::move(*parsed);
}

}  // namespace docwright::daemon
