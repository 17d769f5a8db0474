#include "pipeline/call/fallback.h"

#include <algorithm>
#include <array>

namespace docwright::pipeline {
namespace {

using providers::ErrorClass;

struct Row {
  ErrorClass error_class;
  Elsewhere elsewhere;
};

constexpr std::array kPolicy = {
    Row{ErrorClass::auth, Elsewhere::anybody},
    Row{ErrorClass::permission, Elsewhere::anybody},
    Row{ErrorClass::not_found, Elsewhere::anybody},
    Row{ErrorClass::context_length, Elsewhere::larger_window},
    Row{ErrorClass::too_large, Elsewhere::larger_window},
    Row{ErrorClass::invalid_request, Elsewhere::another_provider},
    Row{ErrorClass::content_filter, Elsewhere::anybody},
    Row{ErrorClass::rate_limit, Elsewhere::anybody},
    Row{ErrorClass::quota, Elsewhere::anybody},
    Row{ErrorClass::overloaded, Elsewhere::anybody},
    Row{ErrorClass::server, Elsewhere::anybody},
    Row{ErrorClass::timeout, Elsewhere::anybody},
    Row{ErrorClass::connect, Elsewhere::anybody},
    Row{ErrorClass::network, Elsewhere::anybody},
    Row{ErrorClass::truncated, Elsewhere::anybody},
    Row{ErrorClass::malformed, Elsewhere::anybody},
    Row{ErrorClass::cancelled, Elsewhere::nowhere},
};

}  // namespace

Elsewhere elsewhere_after(ErrorClass error_class) {
  const auto* row = std::ranges::find(kPolicy, error_class, &Row::error_class);
  return row == kPolicy.end() ? Elsewhere::nowhere : row->elsewhere;
}

}  // namespace docwright::pipeline
