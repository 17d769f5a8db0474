// Prompt templates in Mustache; the only wrapper of kainjow-mustache (template.cpp). Nothing is
// escaped: prompts are not HTML.
//
// {{name}}, {{{name}}}, {{a.b}}, {{#section}}...{{/section}}, {{^inverted}}...{{/inverted}}, {{!
// comment }}. Partials and changed delimiters are refused. A section tag alone on its line takes
// the line along (where the section is left out, an empty line stays).
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/error.h"
#include "runtime/json.h"

namespace docwright::pipeline {

// Immutable and cheap to copy; any thread.
class Template final {
 public:
  // A name as a tag uses it: "path", "steps.draft.text".
  struct Use {
    std::string name;
    int line = 0, column = 0;           // within the template, from 1
    std::vector<std::string> sections;  // those around it, outermost first
  };

  // An error's message tells what and where: "line 3, column 7: {{/targets}} closes nothing".
  static Result<Template> parse(std::string_view text);

  // Objects, arrays, strings, numbers and booleans of `view` by name; an absent name renders as
  // nothing.
  std::string render(const Json& view) const;
  const std::vector<Use>& uses() const;
  std::string_view text() const;

 private:
  struct Compiled;
  explicit Template(std::shared_ptr<Compiled> compiled);
  std::shared_ptr<Compiled> compiled_;  // unchanged but for what its mutex guards
};

}  // namespace docwright::pipeline
