// From a JSON Schema to its compiled form.
#pragma once
#include "runtime/error.h"
#include "schemas/schema_tree.h"

namespace docwright::schemas {

// Errors are those of Schema::compile().
Result<SchemaTree> compile_tree(const Json& schema);

}  // namespace docwright::schemas
