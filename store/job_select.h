// How a JobStatus is read from its rows. Internal to store/.
#pragma once
#include <string_view>

#include "store/database.h"
#include "store/job_status.h"

namespace docwright::store {

// Nine columns from `first` on.
Progress read_progress(const Statement& row, int first);

}  // namespace docwright::store
