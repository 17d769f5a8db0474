// A folder that exported files cannot leave: their paths come from jobs, so from anyone who may
// submit.
#pragma once
#include <string>
#include <string_view>

#include "runtime/error.h"
#include "runtime/file_descriptor.h"

namespace docwright::client {

// Where the document of a source goes below the folder: "src/a.py" + ".md" -> "src/a.py.md".
// Refused: absolute paths, "..", empty or over-long parts, control characters.
Result<std::string> export_path(std::string_view source_path, std::string_view suffix);

class ExportFolder final {
 public:
  // Makes the folder if there is none.
  static Result<ExportFolder> open(const std::string& path);

  // Writes the whole file, or leaves what was there. `relative` is an export_path(). Folders on the
  // way are made; a symbolic link on the way is an error, not a way out.
  Result<void> write(std::string_view relative, std::string_view text);

 private:
  ExportFolder(FileDescriptor folder, std::string path);
  Result<FileDescriptor> open_parent(std::string_view relative) const;

  FileDescriptor folder_;
  std::string path_;
};

}  // namespace docwright::client
