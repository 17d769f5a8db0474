// @NAME@: what it is, and whose documentation of its format was followed.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::@NAME@ {

Provider provider();

}  // namespace docwright::providers::@NAME@
