#include "client/pipeline_file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace docwright::client {
namespace {

using ::testing::HasSubstr;

class PipelineFileTest : public ::testing::Test {
 protected:
  std::string write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = folder_.file(path);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file.string();
  }
  test::TemporaryFolder folder_;
};

TEST_F(PipelineFileTest, ANameIsToldFromAFile) {
  for (const char* file : {"./p", "p.yaml", "p.yml", "folder/p"})
    EXPECT_TRUE(is_pipeline_file(file)) << file;
  for (const char* name : {"docstrings", "p.yaml2", ""})
    EXPECT_FALSE(is_pipeline_file(name)) << name;
}

TEST_F(PipelineFileTest, TakesThePromptsThatItNamesAlong) {
  write("own/prompts/near.yaml", "user: near\n");
  write("prompts/beside.yaml", "user: beside\n");
  write("own/prompts/unused.yaml", "user: unused\n");
  const auto path = write("own/p.yaml",
                          "name: mine\nsteps:\n  - validate\n  - call: {prompt: near}\n"
                          "  - call: {prompt: beside}\n  - call: {prompt: near}\n"
                          "  - call: {prompt: the_daemons}\n  - call: {prompt: ../near}\n");
  const auto file = read_pipeline_file(path);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->name, "mine");
  EXPECT_EQ(file->sent.file, path);
  ASSERT_EQ(file->sent.prompts.size(), 2U);
  EXPECT_EQ(file->sent.prompts[0].name, "near");
  EXPECT_EQ(file->sent.prompts[1].text, "user: beside\n");
}

TEST_F(PipelineFileTest, SaysWhereItIsWrong) {
  const auto broken = read_pipeline_file(write("p.yaml", "name: mine\nsteps: [\n"));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::configuration);
  EXPECT_THAT(broken.error().at + broken.error().message, HasSubstr("p.yaml:"));
  EXPECT_THAT(read_pipeline_file(write("q.yaml", "steps: []\n")).error().message,
              HasSubstr("has no name"));
  EXPECT_FALSE(read_pipeline_file(folder_.file("absent.yaml")));
}

}  // namespace
}  // namespace docwright::client
