// A temporary folder with files in it.
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/temporary_folder.h"

namespace docwright::test {

class SourceFolder final {
 public:
  // Absolute, without symbolic links.
  std::string path() const { return std::filesystem::canonical(folder_.path()).string(); }
  std::string path(const std::string& below) const { return path() + "/" + below; }

  void write(const std::string& below, const std::string& text) const {
    const std::filesystem::path file = path(below);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  std::string read(const std::string& below) const {
    std::ifstream file(path(below), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace docwright::test
