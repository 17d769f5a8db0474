// How long models take to answer, of late.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/clock.h"

namespace docwright::pipeline {

// Loop thread only. Holds one entry for each model of the catalogue at most.
class Latencies final {
 public:
  void learn(const std::string& model, Duration duration, Time now) {
    const auto [known, fresh] = known_.try_emplace(model, Known{duration, now});
    if (fresh) return;
    Known& entry = known->second;
    const bool stale = now - entry.at > kForgotten;
    entry.mean = stale ? duration : entry.mean + (duration - entry.mean) / kShare;
    entry.at = now;
  }

  // The moving mean; nothing where no answer came lately: such a model is worth trying.
  std::optional<Duration> of(std::string_view model, Time now) const {
    const auto found = known_.find(model);
    if (found == known_.end() || now - found->second.at > kForgotten) return std::nullopt;
    return found->second.mean;
  }

 private:
  static constexpr Duration kForgotten = std::chrono::minutes(10);
  static constexpr int kShare = 5;  // of the mean, the newest answer

  struct Known {
    Duration mean{};
    Time at{};
  };
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace docwright::pipeline
