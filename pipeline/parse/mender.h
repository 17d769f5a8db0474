// Reads one JSON value out of text that a model wrote, mending what can be mended without guessing
// at content: trailing commas, raw line breaks in strings, typographic quotes around them, ... Each
// repair is on record: silent loss would be worse than a failure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/json.h"

namespace docwright::pipeline {

enum class Repair : std::uint8_t {
  thinking,        // a <think> part before the answer
  fence,           // a Markdown code fence around it
  prose,           // words around it
  string_wrapped,  // the answer as a JSON string
  trailing_comma,
  raw_control,     // a line break or another control character within a string
  bad_escape,      // \a, a half surrogate pair
  smart_quotes,    // “...” in the place of "..."
  python_literal,  // True, False, None
  duplicate_key,   // the last one counts, as in most parsers
  closed,          // the text was cut: what was open has been closed, what was half written dropped
};
std::string_view name(Repair repair);

// Linear in the length of the text; nesting is limited. The text must outlive it.
class Mender final {
 public:
  explicit Mender(std::string_view text) : text_(text) {}

  // The value that begins at `begin`. `end()` is where it ended, or where reading it failed.
  bool read(std::size_t begin, Json& value);
  std::size_t end() const { return at_; }
  bool cut() const { return cut_; }
  const std::vector<Repair>& repairs() const { return repairs_; }  // each once, of the last read()
  const std::string& failure() const { return failure_; }

 private:
  bool value(Json& into, int depth);
  bool object(Json& into, int depth);
  bool member(Json& into, int depth);
  bool array(Json& into, int depth);
  bool string(std::string& into);
  bool escape(std::string& into);
  bool unicode_escape(std::string& into);
  bool literal_or_number(Json& into);

  void skip_blanks();
  bool at_end() const { return at_ >= text_.size(); }
  bool take(char c);
  std::size_t quote_at(std::size_t at, bool opening) const;
  bool close_cut();
  bool fail(std::string message);
  void note(Repair repair);

  std::string_view text_;
  std::size_t at_ = 0;
  bool cut_ = false;
  std::vector<Repair> repairs_;
  std::string failure_;
};

}  // namespace docwright::pipeline
