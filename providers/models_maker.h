// One written entry as a Model, with everything that is wrong with it.
#pragma once
#include <string>

#include "providers/models.h"
#include "providers/models_table.h"

namespace docwright::providers {

// What is wrong is reported, at the place of the option.
Model make_model(const std::string& name, const WrittenModel& written, const Registry& providers,
                 config::Reading& reading);

}  // namespace docwright::providers
