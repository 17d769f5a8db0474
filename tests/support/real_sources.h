// Sources that others wrote, found on the machine that runs the tests: Python's own packages,
// nlohmann's headers.
#pragma once
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace docwright::test {

struct RealSource {
  std::filesystem::path path;
  std::string text;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// Files below the folder with this extension, sorted; empty where there is no such folder.
inline std::vector<RealSource> sources_below(const std::filesystem::path& folder,
                                             const std::string& extension) {
  std::vector<RealSource> sources;
  if (!std::filesystem::is_directory(folder)) return sources;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == extension)
      sources.push_back({entry.path(), read_file(entry.path())});
  }
  std::ranges::sort(sources, {}, &RealSource::path);
  return sources;
}

// /usr/lib/python3.N: the newest; empty where Python is not installed.
inline std::filesystem::path python_library() {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
    const bool is_library = entry.path().filename().string().starts_with("python3.") &&
                            std::filesystem::exists(entry.path() / "json");
    if (is_library && (newest.empty() || entry.path() > newest)) newest = entry.path();
  }
  return newest;
}

inline std::vector<RealSource> python_sources() {
  if (python_library().empty()) return {};
  std::vector<RealSource> sources = sources_below(python_library() / "json", ".py");
  for (RealSource& source : sources_below(python_library() / "email", ".py"))
    sources.push_back(std::move(source));
  return sources;
}

inline std::vector<RealSource> cpp_sources() {
  return sources_below("/usr/include/nlohmann", ".hpp");
}

}  // namespace docwright::test
