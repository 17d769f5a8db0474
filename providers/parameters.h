// What a model makes of parameters, before it is asked.
//
// A place in them is a name, or several with dots between that lead into mappings, and may have a
// word behind it that it has to hold: temperature, output_config.effort, thinking.type=enabled.
#pragma once
#include <string>
#include <string_view>

#include "providers/models.h"

namespace docwright::providers {

// Why the parameter, or this value of it, cannot be sent to that model, and what to do; empty: it
// can. Without a provider what it keeps for itself is not known.
std::string parameter_refusal(const Model& model, const Provider* provider,
                              std::string_view parameter, const Json& value);

// Why all of these cannot be sent together, with that answer limit (0: not known yet); empty: they
// can.
std::string parameter_conflict(const Model& model, const Json& parameters,
                               std::int64_t answer_tokens_max = 0);

// A later mapping overrides an earlier one's members; null takes one out. 0 is a value.
void override_parameters(Json& parameters, const Json& later);

}  // namespace docwright::providers
