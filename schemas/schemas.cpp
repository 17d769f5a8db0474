#include "schemas/schemas.h"

#include <algorithm>
#include <cstdlib>
#include <span>

#include "runtime/embedded.h"

namespace docwright {

std::span<const EmbeddedFile> schema_files();  // cmake/embed.cmake

namespace schemas {
namespace {

// The files are part of the program: one that is not there or does not compile is a bug, which the
// tests find.
std::string_view text_of(std::string_view path) {
  const auto files = schema_files();
  const auto found = std::ranges::find(files, path, &EmbeddedFile::path);
  if (found == files.end()) std::abort();
  return found->text;
}

Schema compiled(std::string_view text) {
  const Result<Json> json = parse_json(text);
  if (!json) std::abort();
  Result<Schema> schema = Schema::compile(*json);
  if (!schema) std::abort();
  return std::move(*schema);
}

}  // namespace

std::string_view document_schema_text() {
  return text_of("document.json");
}
std::string_view job_schema_text() {
  return text_of("job.json");
}

Schemas::Schemas()
    : document_(compiled(document_schema_text())), job_(compiled(job_schema_text())) {}

}  // namespace schemas
}  // namespace docwright
