// The source files that a list of files and folders means, and the path that each job gets.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "runtime/error.h"

namespace docwright::client {

struct SourceFile {
  std::string path;    // as the job names it: relative to the root
  std::string file;    // where it is
  bool named = false;  // by itself, not as part of a folder
  bool operator==(const SourceFile&) const = default;
};

// Files that are left out, by reason.
using Skipped = std::map<std::string, std::int64_t>;
// "3 skipped: 2 binary, 1 symbolic link"; empty: none was.
std::string skipped_text(const Skipped& skipped);

struct FileList {
  std::string root;     // absolute: the repository where all paths are in one, else the folder that
                        // they have in common
  std::string project;  // the root's name
  std::vector<SourceFile> files;  // sorted by path, each once
  Skipped skipped;
};

struct ListLimits {
  std::size_t files_max = 1'000'000;
  std::size_t path_bytes_max = 1024;
};

// A file that is named is taken as it is. Of a folder inside a git repository: what git lists,
// without what it ignores; else a plain walk without hidden folders. Symbolic links are not
// followed. `stopped` ends it with Code::cancelled. Errors name the path.
Result<FileList> list_files(const std::vector<std::string>& paths, const ListLimits& limits,
                            const std::function<bool()>& stopped = {});

// The whole file. Errors, with its name: invalid_request (there is none, or it is a folder),
// too_large, io.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

}  // namespace docwright::client
