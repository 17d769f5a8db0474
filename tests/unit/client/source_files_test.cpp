#include "client/source_files.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/unit/client/source_folder.h"

namespace docwright::client {
namespace {

using testing::ElementsAre;

std::vector<std::string> paths(const FileList& list) {
  std::vector<std::string> all;
  for (const SourceFile& file : list.files) all.push_back(file.path);
  return all;
}

// git without the user's or the system's settings.
void git(const test::SourceFolder& folder, const std::string& arguments) {
  const std::string command = "cd '" + folder.path() +
                              "' && GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git -c "
                              "user.name=t -c user.email=t@t " +
                              arguments + " >/dev/null 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << arguments;
}

TEST(ListFiles, WalksAFolderThatIsInNoRepository) {
  const test::SourceFolder folder;
  folder.write("src/b.py", "b");
  folder.write("src/a/c.py", "c");
  folder.write("src/.hidden/d.py", "d");
  folder.write("other/e.py", "e");
  ASSERT_EQ(symlink(folder.path("other").c_str(), folder.path("src/link").c_str()), 0);
  ASSERT_EQ(symlink(folder.path("other/e.py").c_str(), folder.path("src/e.py").c_str()), 0);
  const auto list = list_files({folder.path("src")}, {});
  ASSERT_TRUE(list.has_value());
  EXPECT_THAT(paths(*list), ElementsAre("a/c.py", "b.py"));
  EXPECT_EQ(list->root, folder.path("src"));
  EXPECT_EQ(list->project, "src");
  EXPECT_EQ(skipped_text(list->skipped), "3 skipped: 1 hidden folder, 2 symbolic link");
}

TEST(ListFiles, SeveralPathsAreRelativeToTheFolderInCommon) {
  const test::SourceFolder folder;
  folder.write("lib/json/a.py", "a");
  folder.write("lib/email/b.py", "b");
  folder.write("lib/single.py", "c");
  const auto list = list_files(
      {folder.path("lib/json"), folder.path("lib/email"), folder.path("lib/single.py")}, {});
  ASSERT_TRUE(list.has_value());
  EXPECT_THAT(paths(*list), ElementsAre("email/b.py", "json/a.py", "single.py"));
  EXPECT_EQ(list->project, "lib");
}

TEST(ListFiles, AFileIsNamedByItsFolder) {
  const test::SourceFolder folder;
  folder.write("shop/a.py", "a");
  const auto list = list_files({folder.path("shop/a.py"), folder.path("shop/../shop/a.py")}, {});
  ASSERT_TRUE(list.has_value());
  EXPECT_THAT(list->files, ElementsAre(SourceFile{"a.py", folder.path("shop/a.py"), true}));
  EXPECT_EQ(list->project, "shop");
}

TEST(ListFiles, InARepositoryItIsWhatGitLists) {
  const test::SourceFolder folder;
  git(folder, "init -q .");
  folder.write(".gitignore", "ignored.py\nbuild/\n");
  folder.write("src/tracked.py", "a");
  folder.write("src/new.py", "b");
  folder.write("src/gone.py", "c");
  folder.write("ignored.py", "d");
  folder.write("build/e.py", "e");
  git(folder, "add .gitignore src/tracked.py src/gone.py");
  ASSERT_EQ(unlink(folder.path("src/gone.py").c_str()), 0);
  const auto all = list_files({folder.path()}, {});
  ASSERT_TRUE(all.has_value());
  EXPECT_THAT(paths(*all), ElementsAre(".gitignore", "src/new.py", "src/tracked.py"));
  EXPECT_EQ(skipped_text(all->skipped), "1 skipped: 1 missing");

  // Paths are the repository's, also from below; a file that is named is taken although it is
  // ignored.
  const auto below = list_files({folder.path("src"), folder.path("ignored.py")}, {});
  ASSERT_TRUE(below.has_value());
  EXPECT_EQ(below->root, folder.path());
  EXPECT_THAT(paths(*below), ElementsAre("ignored.py", "src/new.py", "src/tracked.py"));
}

TEST(ListFiles, RefusesWhatItCannotFind) {
  const test::SourceFolder folder;
  const auto missing = list_files({folder.path("nothing")}, {});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Code::invalid_request);
  EXPECT_NE(missing.error().message.find("nothing"), std::string::npos);
}

TEST(ListFiles, IsBounded) {
  const test::SourceFolder folder;
  for (int i = 0; i < 5; ++i) folder.write("f" + std::to_string(i) + ".py", "x");
  const auto many = list_files({folder.path()}, {.files_max = 4});
  ASSERT_FALSE(many.has_value());
  EXPECT_EQ(many.error().code, Code::too_large);
  const auto longer = list_files({folder.path()}, {.path_bytes_max = 4});
  EXPECT_EQ(skipped_text(longer->skipped), "5 skipped: 5 path too long");
}

TEST(ListFiles, LeavesOutNamesThatNoJobCanHave) {
  const test::SourceFolder folder;
  folder.write("new\nline.py", "x");
  folder.write("latin\xE4.py", "x");
  const auto list = list_files({folder.path()}, {});
  ASSERT_TRUE(list.has_value());
  EXPECT_THAT(list->files, testing::IsEmpty());
  EXPECT_EQ(skipped_text(list->skipped),
            "2 skipped: 1 control characters in its name, 1 name is not UTF-8");
}

TEST(ListFiles, CanBeStopped) {
  const test::SourceFolder folder;
  for (int i = 0; i < 300; ++i) folder.write("f" + std::to_string(i), "x");
  const auto stopped = list_files({folder.path()}, {}, [] { return true; });
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, Code::cancelled);
}

TEST(ReadFile, IsBounded) {
  const test::SourceFolder folder;
  folder.write("five", "12345");
  EXPECT_EQ(read_file(folder.path("five"), 5), "12345");
  EXPECT_EQ(read_file(folder.path("five"), 4).error().code, Code::too_large);
  const auto none = read_file(folder.path("none"), 4);
  EXPECT_EQ(none.error().code, Code::invalid_request);
  EXPECT_THAT(none.error().message,
              testing::EndsWith("none: cannot be read: No such file or directory"));
  EXPECT_EQ(read_file(folder.path("."), 4).error().code, Code::invalid_request) << "a folder";
}

}  // namespace
}  // namespace docwright::client
