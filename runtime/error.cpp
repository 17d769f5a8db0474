#include "runtime/error.h"

#include <algorithm>
#include <array>

namespace docwright {
namespace {

struct Named {
  Code code;
  std::string_view name;
};

constexpr std::array kNames = {
    Named{Code::invalid_request, "invalid_request"},
    Named{Code::unsupported_version, "unsupported_version"},
    Named{Code::unknown_verb, "unknown_verb"},
    Named{Code::unknown_pipeline, "unknown_pipeline"},
    Named{Code::unknown_model, "unknown_model"},
    Named{Code::not_found, "not_found"},
    Named{Code::key_conflict, "key_conflict"},
    Named{Code::too_large, "too_large"},
    Named{Code::busy, "busy"},
    Named{Code::no_space, "no_space"},
    Named{Code::unavailable, "unavailable"},
    Named{Code::timeout, "timeout"},
    Named{Code::cancelled, "cancelled"},
    Named{Code::conflict, "conflict"},
    Named{Code::no_credentials, "no_credentials"},
    Named{Code::budget_exceeded, "budget_exceeded"},
    Named{Code::configuration, "configuration"},
    Named{Code::source_refused, "source_refused"},
    Named{Code::call_failed, "call_failed"},
    Named{Code::answer_invalid, "answer_invalid"},
    Named{Code::io, "io"},
    Named{Code::corrupt, "corrupt"},
    Named{Code::internal, "internal"},
};
static_assert(kNames.size() == static_cast<std::size_t>(Code::internal) + 1);

}  // namespace

std::string_view name(Code code) {
  return kNames[static_cast<std::size_t>(code)].name;
}

std::optional<Code> code_named(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &Named::name);
  if (found == kNames.end()) return std::nullopt;
  return found->code;
}

}  // namespace docwright
