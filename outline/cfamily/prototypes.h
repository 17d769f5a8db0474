// A function that is declared and defined in one file is one thing to document.
#pragma once
#include "outline/syntax/builder.h"

namespace docwright::outline::cfamily {

// Removes declarations whose definition stands in the same file; what only the declaration says
// (default values, documentation, access, "virtual") goes over to the definition.
void drop_prototypes(Builder& builder, bool has_overloads);

// They tell overloads apart; beyond that, nothing can be said of them by name.
void drop_unnamed_parameters(Builder& builder);

}  // namespace docwright::outline::cfamily
