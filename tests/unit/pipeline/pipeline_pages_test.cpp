// What is told of pipelines: explanations, examples, the reference page, the JSON Schema, and the
// shipped files.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "config/settings.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

namespace docwright::pipeline {
namespace {

using testing::HasSubstr;

// Whatever is registered is explained, and its example is right.
TEST_F(PipelineTest, EveryStepHasAnExampleThatPassesLint) {
  for (const auto& kind : steps_.all()) {
    auto root = config::parse_yaml("example", kind->place.example);
    ASSERT_TRUE(root) << kind->name();
    config::Reading reading;
    kind->read(*root, reading);
    EXPECT_TRUE(reading.errors.empty())
        << kind->name() << ": " << config::combined(reading.errors).message;
  }
}

TEST_F(PipelineTest, EveryOptionHasASentence) {
  for (const auto& kind : steps_.all()) {
    EXPECT_TRUE(kind->spec->sentence().ends_with('.')) << kind->name();
    for (const auto& field : kind->spec->fields()) {
      EXPECT_TRUE(field.info.sentence.ends_with('.')) << kind->name() << "." << field.info.name;
    }
  }
}

TEST_F(PipelineTest, ExplainsAStepAndNamesTheNearestForAnUnknownOne) {
  auto text = explain(steps_, "chunk");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text,
              HasSubstr("limit_tokens\n      whole number, 50 to 1000000 tokens; default 6000\n"));
  auto unknown = explain(steps_, "chunks");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message,
            "unknown step 'chunks' (did you mean 'chunk'?); the steps are validate, chunk, call, "
            "parse, store");
}

TEST_F(PipelineTest, TheReferencePageIsGenerated) {
  std::ifstream file(DOCWRIGHT_SOURCE_DIR "/docs/pipelines.md");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string wanted = pipelines_page(steps_);
  if (text.str() == wanted) return;
  const std::string path = testing::TempDir() + "pipelines.md";
  std::ofstream(path) << wanted;
  FAIL() << "docs/pipelines.md differs from the specs: copy " << path << " over it";
}

TEST_F(PipelineTest, TheJsonSchemaKnowsEveryStep) {
  const Json schema = pipeline_schema(steps_);
  EXPECT_EQ(schema["properties"]["steps"]["items"]["anyOf"].size(), steps_.all().size() + 1);
}

TEST_F(PipelineTest, TheShippedPipelinesPassLint) {
  auto models = providers::Models::shipped(providers_);
  ASSERT_TRUE(models) << models.error().message;
  auto routes = Routes::shipped(*models);
  ASSERT_TRUE(routes) << routes.error().message;
  const config::Library pipelines("pipelines", "/nonexistent"), prompts("prompts", "/nonexistent");
  const Surroundings around{.steps = steps_,
                            .models = &*models,
                            .routes = &*routes,
                            .providers = &providers_,
                            .default_model = config::Settings().model,
                            .prompt = [&](std::string_view name) { return prompts.find(name); },
                            .prompts = prompts.names()};
  auto catalogue = load_catalogue(pipelines, around);
  ASSERT_TRUE(catalogue) << config::combined(catalogue.error()).message;
  EXPECT_TRUE(catalogue->contains(config::Settings().default_pipeline));
}

}  // namespace
}  // namespace docwright::pipeline
