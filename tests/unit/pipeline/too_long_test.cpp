// Chunks that our own count finds too long for their models: nothing is sent that cannot succeed,
// and what can be asked about is asked about, in parts.
#include <gmock/gmock.h>

#include <set>

#include "pipeline/chunk/options.h"
#include "pipeline/chunk/planner.h"
#include "pipeline/rehearsal.h"
#include "tests/support/pipeline_world.h"

namespace docwright::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::int64_t kNarrow = 6000;

class TooLong : public PipelineWorld {
 protected:
  TooLong() { models_ = providers::Models::parse({{"models.yaml", models()}}, registry_).value(); }
  static std::string models() {
    std::string text = kTestModels;
    text.erase(text.find("  unpriced"), text.find("  offline") - text.find("  unpriced"));
    return text + "  narrow: {provider: openai, api_name: narrow-1, window_tokens: " +
           std::to_string(kNarrow) +
           ", output_tokens_max: 2500, prices: {input: 1USD, output: 2USD}}\n"
           "  brief: {provider: openai, api_name: brief-1, window_tokens: 20000, "
           "input_tokens_max: 5000, output_tokens_max: 2500, prices: {input: 1USD, output: "
           "2USD}}\n";
  }
  std::shared_ptr<Job> asking(const std::string& models, int targets, std::int64_t row = 1) {
    std::string steps = kTestSteps;
    steps.replace(steps.find("model: test"), 11, models);
    return planned_job(1, targets, row, steps);
  }
  static Json body_of(const HttpRequest& request) { return *parse_json(request.body); }

  // What of the prompt is certainly sent, with the answer's limit.
  static std::int64_t size_of(const HttpRequest& request) {
    const Json body = body_of(request);
    auto bytes = body["max_tokens"].get<std::int64_t>();
    for (const Json& message : body["messages"])
      bytes += std::ssize(message["content"].get_ref<const std::string&>());
    return bytes;
  }
  std::multiset<std::string> asked_about() const {
    std::multiset<std::string> symbols;
    for (const HttpRequest& request : provider_.requests) {
      for (const Json& target : facts_in(request)["targets"])
        symbols.insert(target["symbol"].get<std::string>());
    }
    return symbols;
  }
  std::set<std::string> asked() const {
    std::set<std::string> models;
    for (const HttpRequest& request : provider_.requests)
      models.insert(body_of(request)["model"].get<std::string>());
    return models;
  }
  std::vector<outline::Range> ranges_of(std::int64_t row) const {
    std::vector<outline::Range> ranges;
    for (const Chunk& chunk : journal_.plans.at(row).chunks) ranges.push_back(chunk.range);
    return ranges;
  }
};

TEST_F(TooLong, Promise4AChunkIsDividedUntilItsPartsFit) {
  const auto made = asking("model: narrow", 40);
  EXPECT_EQ(text(run(made)), "succeeded 40 0");
  EXPECT_GT(provider_.requests.size(), 2U);
  for (const HttpRequest& request : provider_.requests) EXPECT_LE(size_of(request), kNarrow);
  const auto symbols = asked_about();
  EXPECT_EQ(symbols.size(), 40U);  // each once
  EXPECT_EQ(std::set(symbols.begin(), symbols.end()).size(), 40U);
  EXPECT_EQ(journal_.count("answered"), static_cast<int>(journal_.calls.size()));
}

TEST_F(TooLong, Promise7ThePartsAreTheChunkInSumTheSameEachTime) {
  for (const std::int64_t row : {1, 2}) {
    const auto made = asking("model: narrow", 40, row);
    made->fresh = true;
    run(made);
    std::uint32_t bytes = 0;
    for (const outline::Range& range : ranges_of(row)) bytes += range.end - range.begin;
    EXPECT_EQ(bytes, made->source->size());
  }
  EXPECT_EQ(ranges_of(1), ranges_of(2));
}

TEST_F(TooLong, ThePromptsOwnLimitDividesToo) {
  EXPECT_EQ(text(run(asking("model: brief", 40))), "succeeded 40 0");
  EXPECT_GT(provider_.requests.size(), 1U);
  for (const HttpRequest& request : provider_.requests) EXPECT_LE(size_of(request), 5000 + 1000);
}

TEST_F(TooLong, Promise4OneTargetThatFitsNowhereFailsTheJobUnsent) {
  EXPECT_THAT(text(run(asking("model: small", 3))),
              AllOf(StartsWith("failed too_large: chunk 0: the prompt has up to "),
                    HasSubstr("more than the 3000 that 'small' takes"), HasSubstr("limit_tokens"),
                    HasSubstr("answer_tokens_max"), HasSubstr("one target and cannot be divided"),
                    HasSubstr("2 further chunks")));
  EXPECT_TRUE(provider_.requests.empty());
  EXPECT_TRUE(journal_.calls.empty());
}

// What fits is documented, whatever becomes of the rest.
TEST_F(TooLong, OneTargetThatFitsNowhereCostsTheOthersNothing) {
  auto made = asking("model: narrow", 2);
  Chunk& chunk = journal_.plans.at(1).chunks.front();
  std::string source = *made->source + "def f2(x):\n    return '" + std::string(9000, 'x') + "'\n";
  outline::Definition long_one = function("f2");
  long_one.extent = long_one.body = {chunk.range.end, static_cast<std::uint32_t>(source.size())};
  chunk.range.end = long_one.extent.end;
  chunk.targets.push_back(std::move(long_one));
  made->source = std::make_shared<const std::string>(std::move(source));
  EXPECT_THAT(text(run(made)), AllOf(StartsWith("failed too_large"), Not(HasSubstr("further"))));
  EXPECT_EQ(asked_about(), (std::multiset<std::string>{"f0", "f1"}));
  EXPECT_EQ(documents_.stored.size(), 2U);
}

TEST_F(TooLong, ALargerWindowIsAskedBeforeTheChunkIsDivided) {
  EXPECT_EQ(text(run(asking("model: [narrow, wide]", 40))), "succeeded 40 0");
  EXPECT_EQ(provider_.requests.size(), 1U);
  EXPECT_EQ(asked(), std::set<std::string>{"wide-1"});
}

TEST_F(TooLong, WhereTheLargerWindowRefusesTheChunkIsDivided) {
  provider_.script = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (body_of(request)["model"] == "wide-1") return http_error(404, "model_not_found", "gone");
    return right_completion(request);
  };
  EXPECT_EQ(text(run(asking("model: [narrow, wide]", 20))), "succeeded 20 0");
  EXPECT_TRUE(asked().contains("narrow-1"));
}

TEST_F(TooLong, OfflineStandsInOnlyForWhatCannotBeDivided) {
  EXPECT_EQ(text(run(asking("model: [narrow, offline]", 40, 1))), "succeeded 40 0");
  for (const auto& stored : documents_.stored)
    EXPECT_EQ(stored.document.record["provenance"]["model"], "narrow");
  EXPECT_EQ(text(run(asking("model: [small, offline]", 1, 2))), "succeeded 1 0");
  const Json& provenance = documents_.stored.back().document.record["provenance"];
  EXPECT_EQ(provenance["model"], "offline");
  EXPECT_EQ(provenance["fallback"], true);
}

TEST_F(TooLong, AProvidersRefusalDividesBeforeOfflineStandsIn) {
  provider_.script = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (facts_in(request)["targets"].size() > 1)
      return http_error(400, "context_length_exceeded", "too long");
    return right_completion(request);
  };
  EXPECT_EQ(text(run(asking("model: [test, offline]", 4))), "succeeded 4 0");
  for (const auto& stored : documents_.stored)
    EXPECT_EQ(stored.document.record["provenance"]["model"], "test");
}

TEST_F(TooLong, AnEnsembleOfWhichOneCanAnswerPartsIsDivided) {
  provider_.script = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (body_of(request)["model"] == "test-1") return http_error(404, "model_not_found", "gone");
    return right_completion(request);
  };
  EXPECT_EQ(text(run(asking("ensemble: [test, narrow]", 20))), "succeeded 20 0");
  EXPECT_TRUE(asked().contains("narrow-1"));
}

// A daemon that is killed at any write goes on with the parts that are on the disk.
TEST_F(TooLong, Promise2AnswersOfPartsSurviveARestart) {
  for (int die_at = 3; die_at < 30; ++die_at) {
    const auto made = asking("model: narrow", 12, die_at);
    made->fresh = true;
    disk_.operations = 0;
    disk_.die_at = die_at;
    spawn(made);
    loop_.run_until_idle();
    const bool done =
        outcomes_.contains(die_at) && std::holds_alternative<Succeeded>(outcomes_.at(die_at));
    kill();
    start();
    made->attempt = 3;
    if (!done) EXPECT_THAT(text(run(made)), StartsWith("succeeded")) << die_at;
    EXPECT_EQ(std::ranges::count(documents_.stored, die_at, &MemoryDocuments::Stored::job), 12)
        << die_at;
    for (const HttpRequest& request : provider_.requests) EXPECT_LE(size_of(request), kNarrow);
  }
}

TEST_F(TooLong, ARehearsalDividesAsARunDoes) {
  const Configured configured{
      .steps = all_steps(),
      .providers = providers::all_providers(),
      .models = providers::Models::parse({{"models.yaml", models()}}, registry_).value(),
      .routes = {},
      .pipelines = config::Library("pipelines", ""),
      .prompts = config::Library("prompts", ""),
      .default_model = "test",
      .catalogue = {}};
  const auto made = job(1, R"(name: p
steps:
  - validate
  - chunk: {limit_tokens: 100000, targets_max: 100}
  - call: {model: [narrow, offline], answer_tokens_max: 1000, user: "{{code}}\n{{facts}}\n"}
  - parse
  - store
)");
  std::string source;
  for (int i = 0; i < 16; ++i)
    source +=
        "def f" + std::to_string(i) + "(x):\n    return x  # " + std::string(300, '.') + "\n\n\n";
  made->source = std::make_shared<const std::string>(std::move(source));
  made->source_hash = sha256(*made->source);
  const auto rehearsal = rehearse(configured, made);
  ASSERT_TRUE(rehearsal) << rehearsal.error().message;
  EXPECT_GT(rehearsal->parts.size(), 1U);
  std::uint32_t end = 0;
  std::set<Hash> questions;
  for (const auto& part : rehearsal->parts) {
    EXPECT_EQ(part.chunk.range.begin, end);
    end = part.chunk.range.end;
    questions.insert(part.questions.at(0).targets.at(0).inquiry.key.hash);
  }
  EXPECT_EQ(end, made->source->size());

  const auto outline = outline::outline_source(outline::Language::python, *made->source);
  const auto& options = made->pipeline->find("chunk")->as<ChunkOptions>();
  journal_.plans[1] = {.language = outline::Language::python,
                       .chunks = plan_chunks(*made->source, outline, options, ByteBound{}).value()};
  ASSERT_EQ(journal_.plans[1].chunks.size(), 1U);
  made->attempt = 2;
  EXPECT_EQ(text(run(made)), "succeeded 16 0");
  std::set<Hash> asked;
  for (const auto& call : journal_.calls) asked.insert(call.key.hash);
  EXPECT_EQ(asked, questions);
}

}  // namespace
}  // namespace docwright::test
