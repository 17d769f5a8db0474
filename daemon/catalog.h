// What a job can be made of: the pipelines and models of this run. Loaded at the start, immutable,
// shared by all threads.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/configured.h"
#include "runtime/error.h"

namespace docwright::daemon {

class Catalog final {
 public:
  struct Entry {
    std::shared_ptr<const pipeline::Pipeline> pipeline;
    std::int64_t version = 0;  // the store's row of exactly this text
  };
  Catalog(std::vector<Entry> entries, std::string default_pipeline,
          std::shared_ptr<const pipeline::Configured> configured);

  // nullptr: there is none of that name.
  const Entry* find(std::string_view name) const;
  std::vector<std::string_view> names() const;
  const std::map<std::string, Entry, std::less<>>& pipelines() const { return pipelines_; }
  const std::string& default_pipeline() const { return default_pipeline_; }
  const pipeline::Configured& configured() const { return *configured_; }
  const providers::Models& models() const { return configured_->models; }
  const pipeline::Routes& routes() const { return configured_->routes; }
  const providers::Registry& providers() const { return configured_->providers; }

 private:
  const std::map<std::string, Entry, std::less<>> pipelines_;
  const std::string default_pipeline_;
  const std::shared_ptr<const pipeline::Configured> configured_;
};

}  // namespace docwright::daemon
