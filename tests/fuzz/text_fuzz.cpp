// Texts that people write: times, durations, sizes, money. What is accepted comes back the same
// after writing.
#include "runtime/id.h"
#include "runtime/text.h"
#include "tests/support/fuzz.h"
#include "tokens/money.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using docwright::test::must;
  const std::string_view input = docwright::test::as_text(data, size);
  must(!docwright::invalid_utf8(docwright::to_valid_utf8(input)));
  if (!docwright::invalid_utf8(input)) must(docwright::to_valid_utf8(input) == input);
  if (const auto duration = docwright::parse_duration(input)) {
    must(docwright::parse_duration(docwright::to_text(*duration)) == duration);
  }
  if (const auto time = docwright::parse_rfc3339(input)) {
    const auto again = docwright::parse_rfc3339(docwright::to_rfc3339(*time));
    must(again.has_value() && *again == std::chrono::floor<std::chrono::milliseconds>(*time));
  }
  if (const auto money = docwright::parse_money(input)) {
    must(*money >= 0 && docwright::parse_money(docwright::money_text(*money)) == money);
  }
  (void)docwright::parse_bytes(input);
  must(!docwright::trace_id(docwright::child_traceparent(input)).empty());
  return 0;
}
