// How providers call the end of an answer, as data.
#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "providers/answer.h"

namespace docwright::providers::wire {

struct FinishName {
  std::string_view raw;
  Finish finish;
};

// Nothing where the provider has no such name.
inline std::optional<Finish> finish_named(std::span<const FinishName> names, std::string_view raw) {
  const auto found = std::ranges::find(names, raw, &FinishName::raw);
  if (found == names.end()) return std::nullopt;
  return found->finish;
}

}  // namespace docwright::providers::wire
