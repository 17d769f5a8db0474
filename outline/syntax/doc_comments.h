// Which comments document what, in languages that document by comments.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "outline/outline.h"

namespace docwright::outline {

// Borrows all it is given. `code` is the source as parsed: masked macros are blanks in it.
class DocComments {
 public:
  DocComments(std::string_view source, std::string_view code, const std::vector<Range>& comments)
      : source_(source), code_(code), comments_(comments) {}

  // The comments directly above a definition, with no empty line between (a Doxygen block among
  // them starts the documentation), else a Doxygen comment behind it on its last line ("///<").
  // `next` is where the next definition starts.
  std::optional<Range> of(Range definition, std::uint32_t next) const;
  // The comment that names the file (\file), else the first one that stands before `before` and is
  // no licence.
  std::string of_file(std::uint32_t before) const;

 private:
  std::string_view text(Range range) const {
    return source_.substr(range.begin, range.end - range.begin);
  }
  std::optional<Range> above(std::uint32_t definition) const;
  std::optional<Range> behind(Range definition, std::uint32_t next) const;
  bool adjacent(Range comment, std::uint32_t code) const;
  bool first_on_line(Range comment) const;

  std::string_view source_, code_;
  const std::vector<Range>& comments_;
};

}  // namespace docwright::outline
