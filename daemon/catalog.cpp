#include "daemon/catalog.h"

#include <utility>

namespace docwright::daemon {
namespace {

std::map<std::string, Catalog::Entry, std::less<>> by_name(std::vector<Catalog::Entry> entries) {
  std::map<std::string, Catalog::Entry, std::less<>> pipelines;
  for (Catalog::Entry& entry : entries) {
    std::string name = entry.pipeline->name();
    pipelines.emplace(std::move(name), std::move(entry));
  }
  return pipelines;
}

}  // namespace

Catalog::Catalog(std::vector<Entry> entries, std::string default_pipeline,
                 std::shared_ptr<const pipeline::Configured> configured)
    : pipelines_(by_name(std::move(entries))),
      default_pipeline_(std::move(default_pipeline)),
      configured_(std::move(configured)) {}

const Catalog::Entry* Catalog::find(std::string_view name) const {
  const auto at = pipelines_.find(name);
  return at == pipelines_.end() ? nullptr : &at->second;
}

std::vector<std::string_view> Catalog::names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, entry] : pipelines_) names.push_back(name);
  return names;
}

}  // namespace docwright::daemon
