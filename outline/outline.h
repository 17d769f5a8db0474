// What a source file defines: the facts that documents are checked against and that chunks are cut
// by.
//
// outline_source() is a pure function; the daemon calls it in a child process (outline_service.h),
// because a hostile file can make any parser run away.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/error.h"
#include "runtime/json.h"

namespace docwright::outline {

enum class Language { python, c, cpp, other };
std::string_view name(Language language);

// Half-open range of bytes of the source.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const Range&) const = default;
};

enum class Kind {
  module,
  namespace_,
  class_,
  struct_,
  union_,
  enum_,
  function,
  method,
  constructor,
  destructor,
  operator_,
  type_alias,
  macro,
  concept_,
  variable
};
std::string_view name(Kind kind);

struct Parameter {
  std::string name;  // without stars; receivers (self, cls) and unnamed parameters are not listed
  std::string type;  // as written; empty where there is none
  std::string default_value;  // as written; empty where there is none
  std::string kind;  // positional, keyword, positional_or_keyword, variadic, keyword_variadic
  bool operator==(const Parameter&) const = default;
};

struct Definition {
  Kind kind = Kind::function;
  std::string name;       // "next"
  std::string symbol;     // unique within the file, stable across edits elsewhere: "Reader.next",
                          // "io::Reader::next", overloads "f", "f~2" in source order
  std::string signature;  // as written, one line, blanks collapsed, without body
  std::vector<Parameter> parameters;
  std::vector<Parameter> type_parameters;
  std::optional<std::string> return_type;  // as annotated
  bool returns_value = false;  // a value is returned (body or, for a declaration, its type)
  bool yields = false;
  // Exception types raised in the body itself (not in functions and lambdas within), sorted, each
  // once. What is raised again (`raise`, `throw;`, a caught variable) is not listed.
  std::vector<std::string> raises;
  // Python: async static class property abstract override overload deprecated.
  // C, C++: static inline const volatile constexpr consteval virtual abstract override final
  // noexcept explicit deleted defaulted declaration (no body) friend template variadic generator
  // scoped deprecated thread_local.
  std::vector<std::string> flags;
  std::string visibility;  // public, protected, private, unknown
  Range extent;            // whole lines: leading comments and decorators to the end of the body
  Range body;              // the definition itself, without comments and decorators
  std::optional<Range> doc_range;  // of the existing documentation (docstring or doc comment)
  std::string existing_doc;        // its text as written; empty where there is none
  std::int32_t parent = -1;        // index of the enclosing definition, -1 at file level
  bool operator==(const Definition&) const = default;
};

struct Outline {
  Language language = Language::other;
  std::vector<Definition>
      definitions;  // in source order; extents are laminar; a parent precedes its children
  std::vector<Range> broken;  // whole lines that did not parse; no definition is cut by them
  std::string module_doc;     // the file's own existing documentation
  std::string fallback;       // why there is no outline (empty: there is one)
  bool operator==(const Outline&) const = default;
};

// By file name, then by content (a shebang, an #include, ...).
Language language_of(std::string_view path, std::string_view source);

// Parses; never fails: what cannot be parsed is `broken`, and a source that cannot be parsed at all
// has a `fallback`. The source must be UTF-8 and smaller than 4 GiB. CPU: about 10 MB/s, worse on
// hostile input.
Outline outline_source(Language language, std::string_view source);

// Facts as JSON and back, as stored in the chunk plan: the "subject" of a document record
// (docs/documents.md).
Json to_json(const Definition& definition);
Result<Definition> definition_from_json(const Json& json);
Json to_json(const Outline& outline);
Result<Outline> outline_from_json(const Json& json);

}  // namespace docwright::outline
