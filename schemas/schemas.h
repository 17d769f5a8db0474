// The JSON Schemas of docwright's own records, compiled into the program.
#pragma once
#include <string_view>

#include "schemas/validator.h"

namespace docwright::schemas {

// Their text, as it stands in the repository: for whoever reads what docwright stores and sends.
std::string_view document_schema_text();
std::string_view job_schema_text();

// Made once in main, passed down; immutable, any thread.
class Schemas final {
 public:
  Schemas();

  // A stored document (document_versions.record): facts, the words about them, what was checked,
  // where they come from.
  const Schema& document() const { return document_; }
  // One job of a submit, without its source.
  const Schema& job() const { return job_; }

 private:
  Schema document_;
  Schema job_;
};

}  // namespace docwright::schemas
