// A folder that exported files go into, and never beside: paths come from jobs, that is from anyone
// who may submit.
#pragma once
#include <string>
#include <string_view>

#include "runtime/error.h"

namespace docwright::client {

// Where the document of a source goes below the folder: "src/a.py" + ".md" -> "src/a.py.md".
// Refused: absolute paths, "..", empty or over-long parts, control characters.
Result<std::string> export_path(std::string_view source_path, std::string_view suffix);

// Not movable.
class ExportFolder final {
 public:
  // Makes the folder if there is none.
  static Result<ExportFolder> open(const std::string& path);
  ~ExportFolder();
  ExportFolder(ExportFolder&& other) noexcept;
  ExportFolder& operator=(ExportFolder&&) = delete;

  // Writes the whole file, or leaves what was there. `relative` is an export_path(). Folders on the
  // way are made; a symbolic link on the way is an error, not a way out.
  Result<void> write(std::string_view relative, std::string_view text);

 private:
  ExportFolder(int descriptor, std::string path);
  Result<int> enter_parent(std::string_view relative) const;

  int descriptor_;
  const std::string path_;
};

}  // namespace docwright::client
