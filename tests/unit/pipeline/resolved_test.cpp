// A configuration with everything that it names: own pipelines beside the shipped ones, and names
// that name nothing.
#include "pipeline/resolved.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace docwright::pipeline {
namespace {

class ResolvedTest : public testing::Test {
 public:
  ResolvedTest() : folder_(testing::TempDir() + "docwright_resolved_" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_ + "/pipelines");
    std::filesystem::create_directories(folder_ + "/prompts");
  }
  ~ResolvedTest() override { std::filesystem::remove_all(folder_); }

 protected:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }

  auto resolved() const {
    auto configuration = config::load({.state = folder_}, config::Environment());
    EXPECT_TRUE(configuration) << config::combined(configuration.error()).message;
    return resolve(*configuration);
  }
  std::string errors() const {
    auto made = resolved();
    if (made) return "no error";
    std::string text;
    for (const auto& error : made.error()) {
      std::string at = error.at;
      if (at.starts_with(folder_ + "/")) at.erase(0, folder_.size() + 1);
      text += at + ": " + error.message + "\n";
    }
    return text;
  }

  std::string folder_;
};

constexpr const char* kMine = R"(name: mine
steps:
  - validate
  - chunk
  - call: {prompt: mine, model: offline}
  - parse
  - store
)";

TEST_F(ResolvedTest, TheDefaultsNameWhatIsShipped) {
  auto made = resolved();
  ASSERT_TRUE(made) << config::combined(made.error()).message;
  EXPECT_TRUE((*made)->catalogue.contains("docstrings"));
}

TEST_F(ResolvedTest, OwnPipelinesAndPromptsStandBesideTheShippedOnes) {
  write("pipelines/mine.yaml", kMine);
  write("prompts/mine.yaml", "user: '{{code}}'\n");
  auto made = resolved();
  ASSERT_TRUE(made) << config::combined(made.error()).message;
  EXPECT_EQ((*made)->catalogue.at("mine")->model(), "offline");
  EXPECT_TRUE((*made)->catalogue.contains("docstrings"));
}

TEST_F(ResolvedTest, NamesThatNameNothingAreErrorsOfTheirPlace) {
  write("docwright.yaml",
        "model: gpt-5.4-minni\n"
        "providers:\n"
        "  opnai: {base_url: 'http://x'}\n"
        "default_pipeline: docstring\n"
        "queue: {pipeline_jobs_at_once: {docstrngs: 1}}\n");
  EXPECT_EQ(
      errors(),
      "docwright.yaml:1:8: 'model': unknown model 'gpt-5.4-minni' (did you mean 'gpt-5.4-mini'?)\n"
      "docwright.yaml:3:3: 'providers.opnai': unknown provider 'opnai' (did you mean 'openai'?)\n"
      "docwright.yaml:4:19: 'default_pipeline': unknown pipeline 'docstring' (did you mean "
      "'docstrings'?)\n"
      "docwright.yaml:5:33: 'queue.pipeline_jobs_at_once.docstrngs': unknown pipeline 'docstrngs' "
      "(did you mean 'docstrings'?)\n");
}

TEST_F(ResolvedTest, EveryPipelineAndPromptIsLinted) {
  write("pipelines/mine.yaml", kMine);
  write("pipelines/other.yaml",
        "name: another\nsteps:\n  - validate\n  - chunk\n  - call: {user: '{{code}}'}\n  - parse\n "
        " - store\n");
  EXPECT_EQ(errors(),
            "pipelines/mine.yaml:5:20: 'call.prompt': unknown prompt 'mine'\n"
            "pipelines/other.yaml: the pipeline's name is 'another': expected that of its file, "
            "'other'\n");
}

TEST_F(ResolvedTest, ANameThatIsAPathReadsNothingElse) {
  write("secret.yaml", "user: '{{code}}'\n");
  write("pipelines/mine.yaml",
        "name: mine\nsteps:\n  - validate\n  - chunk\n  - call: {prompt: ../secret}\n  - parse\n  "
        "- store\n");
  EXPECT_EQ(errors(), "pipelines/mine.yaml:5:20: 'call.prompt': unknown prompt '../secret'\n");
}

}  // namespace
}  // namespace docwright::pipeline
