// Whom those calls ask for which neither a submit nor a pipeline names a model: whom their
// pipeline's configuration names, unless a person has said somebody else (`provider use`).
#pragma once
#include <string>
#include <vector>

namespace docwright::pipeline {

// Loop thread only. What it says holds for every question that is put together afterwards; one that
// stands in line for its turn, or is in flight, is not touched.
class DefaultModel final {
 public:
  // A model or a route, which the catalogue has; empty: the configuration's again.
  void use(std::string name);
  // Empty: the configuration's.
  const std::string& name() const { return name_; }
  // What was used before, the latest first, each once: questions that it has answered for a job are
  // not asked again. Only the latest few: an older one is not the default of anything unfinished.
  const std::vector<std::string>& former() const { return former_; }

 private:
  std::string name_;
  std::vector<std::string> former_;
};

}  // namespace docwright::pipeline
