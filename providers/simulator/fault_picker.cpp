#include "providers/simulator/fault_picker.h"

namespace docwright::providers::simulator {

FaultPicker::FaultPicker(std::vector<Fault> faults)
    : faults_(std::move(faults)), counted_(faults_.size()) {}

const Fault* FaultPicker::hit(const Draw& of, std::string_view model, std::string_view key) {
  const Fault* hit = nullptr;
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    const Fault& fault = faults_[i];
    if (!fault.model.empty() && fault.model != model) continue;
    if (!fault.key.empty() && fault.key != key) continue;
    const std::int64_t number = ++counted_[i];
    if (hit != nullptr || number < fault.from || (fault.to > 0 && number > fault.to)) continue;
    const bool hits =
        fault.every > 0 ? number % fault.every == 0 : draw(of, kDrawFault + i) < fault.probability;
    if (hits) hit = &fault;
  }
  return hit;
}

}  // namespace docwright::providers::simulator
