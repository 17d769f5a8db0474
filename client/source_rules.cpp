#include "client/source_rules.h"

#include <algorithm>
#include <array>

#include "pipeline/validate/selection.h"
#include "runtime/characters.h"

namespace docwright::client {
namespace {

// Sorted. Markup, data and build files are no sources here.
constexpr std::array<std::string_view, 77> kExtensions{
    "ada", "adb", "ads",   "asm", "bash", "bat", "c",     "c++",  "cc",  "clj",  "cljs",
    "cob", "cpp", "cs",    "cu",  "cuh",  "cxx", "d",     "dart", "el",  "erl",  "ex",
    "exs", "f",   "f03",   "f08", "f90",  "f95", "for",   "fs",   "fsx", "go",   "groovy",
    "h",   "h++", "hh",    "hpp", "hrl",  "hs",  "hxx",   "inl",  "ipp", "java", "jl",
    "js",  "jsx", "kt",    "kts", "lisp", "lua", "m",     "mjs",  "ml",  "mli",  "mm",
    "nim", "pas", "php",   "pl",  "pm",   "ps1", "py",    "pyi",  "pyx", "r",    "rb",
    "rs",  "s",   "scala", "scm", "sh",   "sql", "swift", "tcl",  "ts",  "tsx",  "zig"};
static_assert(std::ranges::is_sorted(kExtensions));

bool is_source(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  return dot != std::string_view::npos &&
         std::ranges::binary_search(kExtensions, std::string_view(lower(name.substr(dot + 1))));
}

pipeline::ValidateOptions rules(bool named) {
  pipeline::ValidateOptions options;
  if (named) options.bytes_max = static_cast<std::int64_t>(kSourceBytesMax);
  return options;
}

std::string word_of(const std::optional<pipeline::Refusal>& refusal) {
  return refusal ? std::string(pipeline::name(refusal->reason)) : std::string();
}

}  // namespace

std::string reason_to_skip(std::string_view path, std::string_view text, bool named, bool force) {
  if (!named && !is_source(path)) return "no programming language";
  return word_of(pipeline::refuse(rules(named), path, text, force));
}

std::string reason_to_skip_unread(std::string_view path, bool named, bool force) {
  if (!named && !is_source(path)) return "no programming language";
  return word_of(pipeline::refuse_path(rules(named), path, force));
}

}  // namespace docwright::client
