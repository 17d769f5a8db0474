// The files of config/etc, compiled in: docwright.yaml, models.yaml, routes.yaml,
// pipelines/NAME.yaml, prompts/NAME.yaml.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/embedded.h"

namespace docwright {

// Paths begin with "etc/".
std::span<const EmbeddedFile> shipped_files();

}  // namespace docwright

namespace docwright::config {

// A text with the name that errors give it.
struct NamedText {
  std::string source;
  std::string text;
};

// A shipped file by its path below etc/: "models.yaml", "prompts/docstrings.yaml".
std::optional<NamedText> shipped(std::string_view path);

// The files NAME.yaml of one kind: those of the operator's folder, then those shipped (below etc/).
// An own file hides the shipped one of the same name. Reads the folder each time; a folder that
// does not exist has none.
class Library final {
 public:
  // kind: "pipelines" or "prompts"; the part of the path below etc/.
  Library(std::string kind, std::string folder)
      : kind_(std::move(kind)), folder_(std::move(folder)) {}

  std::optional<NamedText> find(std::string_view name) const;
  std::vector<std::string> names() const;  // sorted, each once

 private:
  std::string kind_, folder_;
};

}  // namespace docwright::config
