#include "outline/syntax/tree.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

extern "C" {
const TSLanguage* tree_sitter_python(void);
const TSLanguage* tree_sitter_c(void);
const TSLanguage* tree_sitter_cpp(void);
}

namespace docwright::outline {
namespace {

// The parser reports progress every 100 operations. Ordinary sources need one operation a byte;
// this allows four, and five million at first. Hostile sources, quadratic in their size, use that
// up within seconds.
constexpr std::uint64_t kReportsFree = 50'000;
constexpr std::uint64_t kBytesPerReport = 25;

struct Budget {
  std::string_view source;
  std::uint64_t reports_left;
};

const char* read(void* payload, std::uint32_t at, TSPoint, std::uint32_t* bytes) {
  const std::string_view source = static_cast<Budget*>(payload)->source;
  if (at >= source.size()) {
    *bytes = 0;
    return "";
  }
  *bytes = static_cast<std::uint32_t>(source.size() - at);
  return source.data() + at;
}

bool out_of_budget(TSParseState* state) {
  auto& budget = *static_cast<Budget*>(state->payload);
  return budget.reports_left-- == 0;
}

struct DeleteParser {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};

void* or_exit(void* memory) {
  if (memory == nullptr) _exit(kExitOutOfMemory);
  return memory;
}

}  // namespace

TSFieldId Grammar::field(std::string_view name) const {
  const TSFieldId id = ts_language_field_id_for_name(language_, name.data(),
                                                     static_cast<std::uint32_t>(name.size()));
  if (id == 0)
    throw std::logic_error(
        fmt::format("grammar {} has no field '{}'", ts_language_name(language_), name));
  return id;
}

std::uint16_t Grammar::symbol(std::string_view name) const {
  const TSSymbol symbol = ts_language_symbol_for_name(
      language_, name.data(), static_cast<std::uint32_t>(name.size()), true);
  if (symbol == 0) throw std::logic_error(fmt::format("grammar has no node type '{}'", name));
  return symbol;
}

const TSLanguage* python_language() {
  return tree_sitter_python();
}
const TSLanguage* c_language() {
  return tree_sitter_c();
}
const TSLanguage* cpp_language() {
  return tree_sitter_cpp();
}

std::expected<Tree, std::string> parse(const TSLanguage* language, std::string_view source) {
  const std::unique_ptr<TSParser, DeleteParser> parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(), language))
    return std::unexpected("the grammar and the parser do not fit together");
  Budget budget{source, kReportsFree + source.size() / kBytesPerReport};
  const TSInput input{&budget, read, TSInputEncodingUTF8, nullptr};
  const TSParseOptions options{&budget, out_of_budget};
  TSTree* tree = ts_parser_parse_with_options(parser.get(), nullptr, input, options);
  if (tree == nullptr)
    return std::unexpected("the parser found no structure within its allowance of operations");
  return Tree(tree);
}

void exit_when_out_of_memory() {
  ts_set_allocator(
      [](std::size_t size) { return or_exit(std::malloc(size == 0 ? 1 : size)); },
      [](std::size_t count, std::size_t size) {
        return or_exit(std::calloc(count == 0 ? 1 : count, size == 0 ? 1 : size));
      },
      [](void* old, std::size_t size) { return or_exit(std::realloc(old, size == 0 ? 1 : size)); },
      std::free);
}

}  // namespace docwright::outline
