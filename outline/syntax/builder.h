// Gathers what a language's reader finds and makes an Outline of it: whole lines, laminar extents,
// unique symbols.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "outline/outline.h"
#include "outline/syntax/lines.h"

namespace docwright::outline {

// More definitions than any source written by people has; beyond it the outline would outgrow its
// frame.
inline constexpr std::size_t kDefinitionsMax = 20'000;

class Builder {
 public:
  // The source is borrowed. `code` is the source as it was parsed: the same bytes, but for blanks
  // in place of masked macros.
  Builder(Language language, std::string_view source, std::string_view code);

  std::string_view source() const { return source_; }
  std::string_view code() const { return code_; }

  // In source order, a parent before its children. `symbol` is the scoped name (overloads are told
  // apart later), `body` the definition itself, `outer` the same with its decorators. Returns the
  // index.
  std::int32_t add(Definition definition, Range outer);
  Definition& at(std::int32_t index) {
    return outline_.definitions[static_cast<std::size_t>(index)];
  }
  std::size_t size() const { return outline_.definitions.size(); }

  // Takes definitions out (one flag for each); what stood in them moves to what they stood in.
  void remove(const std::vector<bool>& drop);

  // In source order, each kind by itself.
  void add_comment(Range range) { comments_.push_back(range); }
  void add_macro(Range range) { macros_.push_back(range); }
  void add_broken(Range range) { broken_.push_back(range); }
  void set_module_doc(std::string_view doc) { outline_.module_doc = doc; }

  // The comments before and beside each definition become its documentation (C, C++); module_doc
  // likewise.
  void document_by_comments();
  Outline finish();

 private:
  void mark_lines();
  void grow_extents();
  void make_laminar();
  void settle_broken();
  void name_apart();
  bool may_lead(std::uint32_t line, const Definition& definition) const;

  std::string_view source_, code_;
  Outline outline_;
  Lines lines_;
  std::vector<Range> outer_;  // of each definition
  std::vector<Range> comments_, macros_, broken_;
};

}  // namespace docwright::outline
