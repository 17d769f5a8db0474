#include "config/shipped.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace docwright::config {
namespace {

constexpr std::string_view kRoot = "etc/";
constexpr std::string_view kEnding = ".yaml";

// A name is no path: nothing outside of the folder is ever read.
bool plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

}  // namespace

std::optional<NamedText> shipped(std::string_view path) {
  for (const auto& file : shipped_files()) {
    if (file.path.starts_with(kRoot) && file.path.substr(kRoot.size()) == path) {
      return NamedText{"shipped " + std::string(path), std::string(file.text)};
    }
  }
  return std::nullopt;
}

std::optional<NamedText> Library::find(std::string_view name) const {
  if (!plain_name(name)) return std::nullopt;
  const std::string file = std::string(name) + std::string(kEnding);
  const std::string path = folder_ + "/" + file;
  if (std::ifstream stream(path, std::ios::binary); stream) {
    std::ostringstream text;
    text << stream.rdbuf();
    return NamedText{path, std::move(text).str()};
  }
  return shipped(kind_ + "/" + file);
}

std::vector<std::string> Library::names() const {
  std::set<std::string> names;
  const std::string prefix = std::string(kRoot) + kind_ + "/";
  for (const auto& file : shipped_files()) {
    if (!file.path.starts_with(prefix)) continue;
    names.emplace(
        file.path.substr(prefix.size(), file.path.size() - prefix.size() - kEnding.size()));
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (entry.path().extension() == kEnding && plain_name(entry.path().stem().string()))
      names.insert(entry.path().stem().string());
  }
  return {names.begin(), names.end()};
}

}  // namespace docwright::config
