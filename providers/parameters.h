// What a model makes of a parameter, before it is asked.
#pragma once
#include <string>
#include <string_view>

#include "providers/models.h"

namespace docwright::providers {

// Why the parameter, or this value of it, cannot be sent to that model, and what to do; empty: it
// can. Without a provider what it keeps for itself is not known.
std::string parameter_refusal(const Model& model, const Provider* provider,
                              std::string_view parameter, const Json& value);

}  // namespace docwright::providers
