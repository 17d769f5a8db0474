// parse_json(): takes anything; what it accepts comes back the same after writing.
#include "runtime/json.h"
#include "runtime/text.h"
#include "tests/support/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using docwright::test::must;
  const auto parsed = docwright::parse_json(docwright::test::as_text(data, size));
  if (!parsed) {
    must(!parsed.error().message.empty() && !docwright::invalid_utf8(parsed.error().message));
    return 0;
  }
  const std::string written = docwright::dump_json(*parsed);
  const auto again = docwright::parse_json(written);
  must(again.has_value() && docwright::dump_json(*again) == written);
  return 0;
}
