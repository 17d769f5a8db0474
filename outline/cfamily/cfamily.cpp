#include "outline/cfamily/cfamily.h"

#include "outline/cfamily/mask.h"
#include "outline/cfamily/reader.h"
#include "outline/cfamily/soundness.h"

namespace docwright::outline {
namespace {

// A second parse costs as much as the first: only where more than a fiftieth of the source is in
// errors.
constexpr std::uint64_t kTolerable = 50;

}  // namespace

Outline outline_c_family(Language language, std::string_view source) {
  using namespace cfamily;
  const TSLanguage* grammar = language == Language::cpp ? cpp_language() : c_language();
  const Masked masked = mask(source);
  auto tree = parse(grammar, masked.code);
  if (!tree) return {.language = language, .fallback = tree.error()};
  const std::uint64_t errors = masked.changed ? error_bytes(tree->root()) : 0;
  if (errors > source.size() / kTolerable) {
    // The mask is a guess: the source as it is may read better.
    auto plain = parse(grammar, source);
    if (plain && error_bytes(plain->root()) < errors) {
      const Masked nothing = unmasked(source);
      return Reader(language, source, nothing).read(plain->root());
    }
  }
  return Reader(language, source, masked).read(tree->root());
}

}  // namespace docwright::outline
