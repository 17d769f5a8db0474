// Documents written from the outline's facts alone: no network, no key, no cost, the same answer to
// the same question.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::offline {

Provider provider();

}  // namespace docwright::providers::offline
