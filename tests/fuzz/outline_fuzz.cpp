// Sources of any kind: the outline says nothing impossible, and survives its way through the
// socket. The first byte chooses the language.
#include "outline/outline.h"
#include "outline/service/codec.h"
#include "tests/support/fuzz.h"

using namespace docwright;
using namespace docwright::outline;
using test::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto language = static_cast<Language>(data[0] % 3);
  const std::string_view source = test::as_text(data + 1, size - 1);
  const Outline outline = outline_source(language, source);
  for (std::size_t i = 0; i < outline.definitions.size(); ++i) {
    const Definition& definition = outline.definitions[i];
    must(definition.extent.begin <= definition.body.begin &&
         definition.body.end <= definition.extent.end);
    must(definition.parent < static_cast<std::int32_t>(i));
    must(!definition.name.empty() && !definition.symbol.empty());
  }
  const auto decoded = decode(encode(outline), static_cast<std::uint32_t>(source.size()));
  must(decoded.has_value() && *decoded == outline);
  // Any bytes can come back from a child.
  (void)decode(source, static_cast<std::uint32_t>(source.size()));
  return 0;
}
