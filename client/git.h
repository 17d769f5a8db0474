// Asks git about a folder. git runs as a child, bounded in time and output; no hook of the
// repository runs.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "runtime/error.h"

namespace docwright::client {

// The top folder of the working tree that the folder is in; none outside of any (or without git).
std::optional<std::string> git_top(const std::string& folder);

// What `git ls-files -co --exclude-standard` lists below the folder, relative to it: tracked files,
// and new ones that are not ignored.
Result<std::vector<std::string>> git_files(const std::string& folder);

}  // namespace docwright::client
