// What must hold between the fields of a request (and its blobs), beyond each field's own rule.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "runtime/error.h"
#include "schemas/wire_requests.h"

namespace docwright::wire {

std::optional<Error> check(const Verb& verb, std::span<const std::string_view> blobs,
                           const Limits& limits);

}  // namespace docwright::wire
