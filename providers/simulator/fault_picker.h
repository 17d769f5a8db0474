// Which fault hits which request. Pure but for its counts.
#pragma once
#include <string_view>
#include <vector>

#include "providers/simulator/chance.h"
#include "providers/simulator/fault.h"

namespace docwright::providers::simulator {

// One thread.
class FaultPicker final {
 public:
  explicit FaultPicker(std::vector<Fault> faults);
  // Counts the request for each fault that it matches; the first that hits, or none.
  const Fault* hit(const Draw& draw, std::string_view model, std::string_view key);

 private:
  const std::vector<Fault> faults_;
  std::vector<std::int64_t> counted_;  // requests that each has seen
};

}  // namespace docwright::providers::simulator
