#include "pipeline/call/default_model.h"

#include <utility>

namespace docwright::pipeline {
namespace {

constexpr std::size_t kFormerMax = 8;

}  // namespace

void DefaultModel::use(std::string name) {
  if (name == name_) return;
  const std::string before = std::exchange(name_, std::move(name));
  std::erase(former_, before);
  std::erase(former_, name_);
  if (!before.empty()) former_.insert(former_.begin(), before);
  if (former_.size() > kFormerMax) former_.pop_back();
}

}  // namespace docwright::pipeline
