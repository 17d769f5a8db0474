// A configuration with everything that it names: own pipelines beside the shipped ones, and names
// that name nothing.
#include "pipeline/configured.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace docwright::pipeline {
namespace {

class ConfiguredTest : public testing::Test {
 public:
  ConfiguredTest()
      : folder_(testing::TempDir() + "docwright_configured_" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_ + "/pipelines");
    std::filesystem::create_directories(folder_ + "/prompts");
  }
  ~ConfiguredTest() override { std::filesystem::remove_all(folder_); }

 protected:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }

  auto all() const {
    auto configuration = config::load({.state = folder_}, config::Environment());
    EXPECT_TRUE(configuration) << config::combined(configuration.error()).message;
    return configured(*configuration);
  }
  std::string errors() const {
    auto made = all();
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

TEST_F(ConfiguredTest, TheDefaultsNameWhatIsShipped) {
  auto made = all();
  ASSERT_TRUE(made) << config::combined(made.error()).message;
  EXPECT_TRUE((*made)->catalogue.contains("docstrings"));
}

TEST_F(ConfiguredTest, OwnPipelinesAndPromptsStandBesideTheShippedOnes) {
  write("pipelines/mine.yaml", kMine);
  write("prompts/mine.yaml", "user: '{{code}}'\n");
  auto made = all();
  ASSERT_TRUE(made) << config::combined(made.error()).message;
  EXPECT_EQ((*made)->catalogue.at("mine")->model(), "offline");
  EXPECT_TRUE((*made)->catalogue.contains("docstrings"));
}

TEST_F(ConfiguredTest, NamesThatNameNothingAreErrorsOfTheirPlace) {
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

TEST_F(ConfiguredTest, EveryPipelineAndPromptIsLinted) {
  write("pipelines/mine.yaml", kMine);
  write("pipelines/other.yaml",
        "name: another\nsteps:\n  - validate\n  - chunk\n  - call: {user: '{{code}}'}\n  - parse\n "
        " - store\n");
  EXPECT_EQ(errors(),
            "pipelines/mine.yaml:5:20: 'call.prompt': unknown prompt 'mine'\n"
            "pipelines/other.yaml: the pipeline's name is 'another': expected that of its file, "
            "'other'\n");
}

TEST_F(ConfiguredTest, ANameThatIsAPathReadsNothingElse) {
  write("secret.yaml", "user: '{{code}}'\n");
  write("pipelines/mine.yaml",
        "name: mine\nsteps:\n  - validate\n  - chunk\n  - call: {prompt: ../secret}\n  - parse\n  "
        "- store\n");
  EXPECT_EQ(errors(), "pipelines/mine.yaml:5:20: 'call.prompt': unknown prompt '../secret'\n");
}

}  // namespace
}  // namespace docwright::pipeline
