#include "client/export_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/unit/client/source_folder.h"

namespace docwright::client {
namespace {

TEST(ExportPath, MirrorsTheSource) {
  EXPECT_EQ(export_path("src/a.py", ".md"), "src/a.py.md");
  EXPECT_EQ(export_path("a.py", ".json"), "a.py.json");
  EXPECT_EQ(export_path("./src/./a.py", ".md"), "src/a.py.md");
  EXPECT_EQ(export_path("..a/b..", ".md"), "..a/b...md");
}

TEST(ExportPath, RefusesWhatLeavesTheFolder) {
  for (const std::string path : {"", "/etc/passwd", "../a", "a/../../b", "a/..", "a//b", "a/", "/",
                                 ".", "a/.", "a\nb", "a\x1b"}) {
    const auto refused = export_path(path, ".md");
    ASSERT_FALSE(refused.has_value()) << path;
    EXPECT_EQ(refused.error().code, Code::invalid_request);
  }
  EXPECT_FALSE(export_path(std::string(256, 'a'), ".md").has_value());
  EXPECT_FALSE(export_path(std::string(254, 'a'), ".md").has_value());
  EXPECT_FALSE(export_path(std::string("a\0b", 3), ".md").has_value());
}

TEST(ExportFolder, WritesBelowItselfAndMakesFolders) {
  const test::SourceFolder temporary;
  auto folder = ExportFolder::open(temporary.path("out/deep"));
  ASSERT_TRUE(folder.has_value());
  ASSERT_TRUE(folder->write("a/b/c.md", "first").has_value());
  ASSERT_TRUE(folder->write("a/b/c.md", "second").has_value());
  ASSERT_TRUE(folder->write("top.md", "top").has_value());
  EXPECT_EQ(temporary.read("out/deep/a/b/c.md"), "second");
  EXPECT_EQ(temporary.read("out/deep/top.md"), "top");
}

TEST(ExportFolder, DoesNotFollowLinksOutOfTheFolder) {
  const test::SourceFolder temporary;
  temporary.write("outside/keep.md", "untouched");
  auto folder = ExportFolder::open(temporary.path("out"));
  ASSERT_TRUE(folder.has_value());
  ASSERT_EQ(symlink(temporary.path("outside").c_str(), temporary.path("out/link").c_str()), 0);
  EXPECT_FALSE(folder->write("link/keep.md", "changed").has_value());
  EXPECT_EQ(temporary.read("outside/keep.md"), "untouched");

  // A link in the file's own place is replaced, not written through.
  ASSERT_EQ(
      symlink(temporary.path("outside/keep.md").c_str(), temporary.path("out/file.md").c_str()), 0);
  ASSERT_TRUE(folder->write("file.md", "ours").has_value());
  EXPECT_EQ(temporary.read("outside/keep.md"), "untouched");
  EXPECT_EQ(temporary.read("out/file.md"), "ours");
}

TEST(ExportFolder, SaysWhichFileCouldNotBeWritten) {
  const test::SourceFolder temporary;
  temporary.write("out/a.py.md", "a file, where a folder is needed");
  auto folder = ExportFolder::open(temporary.path("out"));
  ASSERT_TRUE(folder.has_value());
  const auto written = folder->write("a.py.md/b.md", "x");
  ASSERT_FALSE(written.has_value());
  EXPECT_NE(written.error().message.find("out/a.py.md/b.md"), std::string::npos);
}

}  // namespace
}  // namespace docwright::client
