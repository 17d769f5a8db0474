// docs/providers.md shows how models are written: what it shows is read, and asks where it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "providers/credentials.h"
#include "providers/models.h"

namespace docwright::providers {
namespace {

const Registry& registry() {
  static const Registry providers = all_providers();
  return providers;
}

std::vector<std::string> shown_models() {
  std::ifstream file(DOCWRIGHT_SOURCE_DIR "/docs/providers.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  constexpr std::string_view kBegin = "```yaml\nmodels:\n", kEnd = "\n```";
  std::vector<std::string> blocks;
  for (std::size_t at = page.find(kBegin); at != page.npos; at = page.find(kBegin, at + 1)) {
    const std::size_t begin = at + kBegin.size();
    blocks.push_back(page.substr(begin, page.find(kEnd, begin) - begin));
  }
  return blocks;
}

TEST(DocumentedModels, AreRead) {
  const std::vector<std::string> blocks = shown_models();
  EXPECT_GE(blocks.size(), 7U);
  for (const std::string& block : blocks) {
    const Result<config::Node> node = config::parse_yaml("providers.md", block);
    ASSERT_TRUE(node.has_value()) << block;
    const Result<Models> models = Models::shipped(registry(), *node);
    EXPECT_TRUE(models.has_value()) << models.error().message << "\n" << block;
  }
}

TEST(DocumentedModels, AskWhereTheySay) {
  std::string all;
  for (const std::string& block : shown_models()) all += block + "\n";
  const Result<Models> models =
      Models::shipped(registry(), *config::parse_yaml("providers.md", all));
  ASSERT_TRUE(models.has_value()) << models.error().message;
  const std::pair<const char*, const char*> addresses[] = {
      {"azure/docs", "https://res.openai.azure.com/openai/v1/chat/completions"},
      {"azure/docs-sweden",
       "https://sweden.openai.azure.com/openai/deployments/docs-mini/chat/completions"
       "?api-version=2025-04-01-preview"},
      {"azure/docs-entra", "https://my-resource.openai.azure.com/openai/v1/chat/completions"},
      {"groq/gpt-oss", "https://api.groq.com/openai/v1/chat/completions"},
      {"local/qwen", "http://127.0.0.1:8080/v1/chat/completions"},
      {"lab/qwen3", "http://gpu-box:8000/v1/chat/completions"},
      {"local/llama3.1", "http://127.0.0.1:11434/v1/chat/completions"},
      {"local/gemma", "http://127.0.0.1:1234/v1/chat/completions"},
  };
  Question question;
  question.messages = {{"user", "x"}};
  question.schema = std::make_shared<const Json>(Json::object());
  for (const auto& [name, address] : addresses) {
    SCOPED_TRACE(name);
    const Result<const Model*> model = models->get(name);
    ASSERT_TRUE(model.has_value()) << model.error().message;
    const Provider& provider = *registry().find((*model)->provider);
    Endpoint endpoint{.base_url = (*model)->base_url};
    if (endpoint.base_url.empty()) endpoint.base_url = provider.base_url;
    if (endpoint.base_url.empty()) endpoint.base_url = "https://res.openai.azure.com";
    question.model = (*model)->api_name;
    EXPECT_EQ(provider.codec->encode(question, (*model)->dialect, endpoint, false).url, address);
  }
}

}  // namespace
}  // namespace docwright::providers
