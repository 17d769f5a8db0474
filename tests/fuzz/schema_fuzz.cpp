// Any JSON as a schema, any JSON as a value: compile() and validate() end, and say something that
// can be shown. The input is two lines: the schema, and the value.
#include "runtime/json.h"
#include "runtime/text.h"
#include "schemas/validator.h"
#include "tests/support/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using docwright::test::must;
  const std::string_view input = docwright::test::as_text(data, size);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto schema_json = docwright::parse_json(input.substr(0, line));
  const auto value = docwright::parse_json(input.substr(line + 1));
  if (!schema_json || !value) return 0;
  const auto schema = docwright::schemas::Schema::compile(*schema_json);
  if (!schema) {
    must(!schema.error().message.empty());
    return 0;
  }
  const auto violations = schema->validate(*value);
  must(violations.size() <= docwright::schemas::Schema::kViolationsMax);
  must(!docwright::invalid_utf8(docwright::schemas::to_text(violations)));
  return 0;
}
