// Streamed bodies: what is read does not depend on where the network cut them.
//
// First byte: the length of the pieces; then the body, read as events and as an array.
#include <string>

#include "providers/wire/json_array.h"
#include "providers/wire/sse.h"
#include "tests/support/fuzz.h"

namespace {

using namespace docwright::providers::wire;

template <class Reader>
void feed(Reader& reader, std::string_view body, std::size_t piece) {
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size())))
    reader.feed(body.substr(0, piece));
}

std::string read_events(std::string_view body, std::size_t piece) {
  std::string seen;
  SseReader reader([&](std::string_view name, std::string_view data) {
    seen.append(name).append("|").append(data).append("\n");
  });
  feed(reader, body, piece);
  reader.end();
  return seen.append(reader.rest()).append("\n").append(reader.error_field());
}

std::string read_elements(std::string_view body, std::size_t piece) {
  std::string seen;
  JsonArrayReader reader([&](std::string_view element) { seen.append(element).append("\n"); });
  feed(reader, body, piece);
  return seen.append(reader.complete() ? "complete" : "cut");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using docwright::test::must;
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 16;
  const std::string_view body = docwright::test::as_text(data + 1, size - 1);
  must(read_events(body, piece) == read_events(body, size));
  must(read_elements(body, piece) == read_elements(body, size));
  return 0;
}
