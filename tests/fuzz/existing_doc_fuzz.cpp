// Documentation as it stands in sources that anybody wrote: what is taken over from it is a
// sentence, and UTF-8.
#include "providers/offline/words.h"
#include "runtime/text.h"
#include "tests/support/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docwright;
  using test::must;
  providers::offline::Facts facts;
  facts.kind = "function";
  facts.name = facts.symbol = "next_row";
  facts.parameters = {{"size", "int", "4", "keyword"}};
  facts.returns_value = true;
  facts.raises = {"ValueError"};
  facts.existing_doc.assign(reinterpret_cast<const char*>(data), size);
  const providers::offline::Words words = words_of(facts);
  must(!words.summary.empty() && words.summary.size() <= 120 && words.summary.ends_with('.'));
  must(!invalid_utf8(words.summary) && !invalid_utf8(words.description) &&
       !invalid_utf8(words.returns));
  must(words.parameters.size() == 1 && !words.parameters.front().second.empty());
  must(words.raises.size() == 1 && !words.returns.empty() && words.yields.empty());
  return 0;
}
