// From a submit to jobs as they are stored.
#include "daemon/submission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/id.h"

namespace docwright::daemon {
namespace {

using ::testing::HasSubstr;

constexpr const char* kModels = R"(
soon: {base: gpt-4o, retires: 2024-11-02, replaced_by: gpt-4.1}
later: {base: gpt-4o, retires: 2024-11-04}
gone: {base: gpt-4o, retires: 2024-10-04}
)";

// The shipped catalogue, with made-up versions.
class SubmissionTest : public ::testing::Test {
 protected:
  SubmissionTest() {
    config::Configuration configuration;
    configuration.settings.model = "offline";
    configuration.settings.models = *config::parse_yaml("docwright.yaml", kModels);
    configured_ = pipeline::configured(configuration).value();
    std::vector<Catalog::Entry> entries;
    std::int64_t version = 0;
    for (const auto& [name, pipeline] : configured_->catalogue)
      entries.push_back({pipeline, ++version});
    catalog_ = std::make_unique<Catalog>(std::move(entries), "docstrings", configured_);
  }

  Result<store::NewBatch> convert(const wire::SubmitRequest& request,
                                  std::vector<std::string_view> blobs = {"source"}) {
    auto submitted =
        to_batch(request, blobs, *catalog_, default_model_, std::chrono::days(7), now_);
    if (!submitted) return std::unexpected(std::move(submitted.error()));
    warnings_ = std::move(submitted->warnings);
    return std::move(submitted->batch);
  }
  static wire::SubmitRequest one(wire::SubmitJob job) {
    job.tenant = "default";
    return {.project = "shop", .jobs = {std::move(job)}};
  }

  std::shared_ptr<const pipeline::Configured> configured_;
  std::unique_ptr<Catalog> catalog_;
  std::string default_model_;
  std::vector<std::string> warnings_;
  const Time now_{std::chrono::days(20000)};  // 2024-10-04
};

TEST_F(SubmissionTest, ResolvesWhatIsLeftOpen) {
  const auto batch = convert(one({.path = "a.py"}));
  ASSERT_TRUE(batch) << batch.error().message;
  EXPECT_TRUE(is_id(batch->id));
  const store::NewJob& job = batch->jobs[0];
  EXPECT_TRUE(is_id(job.id));
  EXPECT_EQ(job.pipeline, "docstrings");
  EXPECT_EQ(job.pipeline_version, catalog_->find("docstrings")->version);
  EXPECT_EQ(job.deadline, now_ + std::chrono::days(7));
  EXPECT_FALSE(job.not_before);
  EXPECT_EQ(job.source, "source");
  EXPECT_FALSE(trace_id(job.traceparent).empty());
  EXPECT_TRUE(job.options.empty());
}

constexpr const char* kOwn =
    "name: mine\nsteps:\n  - validate\n  - chunk\n  - call: {prompt: words, model: offline}\n"
    "  - parse\n  - store\n";
constexpr const char* kWords = "user: 'Document {{code}}'\n";

TEST_F(SubmissionTest, TakesAPipelineThatCameAlong) {
  auto request = one({.path = "a.py", .pipeline = "mine"});
  request.pipelines = {{.text = kOwn, .file = "p.yaml", .prompts = {{"words", kWords, "w.yaml"}}}};
  const auto batch = convert(request);
  ASSERT_TRUE(batch) << batch.error().message;
  ASSERT_EQ(batch->pipelines.size(), 1U);
  EXPECT_EQ(batch->pipelines[0].name, "mine");
  EXPECT_THAT(batch->pipelines[0].text, HasSubstr("Document {{code}}"));
  EXPECT_EQ(batch->jobs[0].pipeline, "mine");
  EXPECT_EQ(batch->jobs[0].pipeline_version, 0);

  request.pipelines[0].prompts[0].text = "user: 'Other words {{code}}'\n";
  EXPECT_NE(convert(request)->jobs[0].content_hash, batch->jobs[0].content_hash);
}

// Whom its calls would ask now is what it is checked for; that somebody else is chosen makes it no
// other pipeline.
TEST_F(SubmissionTest, APipelineThatNamesNoModelIsCheckedForTheChosenOne) {
  const auto with = [](std::string_view parameters) {
    auto request = one({.path = "a.py", .pipeline = "mine"});
    std::string text = kOwn;
    text.replace(text.find("model: offline"), 14, parameters);
    request.pipelines = {{.text = text, .file = "p.yaml", .prompts = {{"words", kWords, ""}}}};
    return request;
  };
  const auto temperature = with("parameters: {temperature: 0.5}");
  default_model_ = "soon";
  const auto fitting = convert(temperature);
  ASSERT_TRUE(fitting) << fitting.error().message;
  default_model_ = "gpt-5-mini";
  const auto refused = convert(temperature);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("temperature"));
  EXPECT_THAT(refused.error().message, HasSubstr("gpt-5-mini"));

  const auto plain = with("answer_tokens_max: 1000");
  std::vector<Hash> contents;
  for (const char* chosen : {"", "soon", "gpt-5-mini"}) {
    default_model_ = chosen;
    const auto batch = convert(plain);
    ASSERT_TRUE(batch) << batch.error().message;
    contents.push_back(batch->jobs[0].content_hash);
    EXPECT_EQ(batch->pipelines[0].hash, convert(plain)->pipelines[0].hash);
  }
  EXPECT_THAT(contents, ::testing::Each(contents.front()));
}

TEST_F(SubmissionTest, SaysWhereAPipelineThatCameAlongIsWrong) {
  const auto refused = [&](std::string text, std::vector<wire::SentPrompt> prompts) {
    auto request = one({.path = "a.py", .pipeline = "mine"});
    request.pipelines = {
        {.text = std::move(text), .file = "p.yaml", .prompts = std::move(prompts)}};
    auto batch = convert(request);
    EXPECT_FALSE(batch);
    return batch ? Error{} : batch.error();
  };
  const Error unknown = refused(kOwn, {});
  EXPECT_EQ(unknown.code, Code::configuration);
  EXPECT_EQ(unknown.at, "/pipelines/0");
  EXPECT_THAT(unknown.message, HasSubstr("p.yaml:5:"));
  EXPECT_THAT(unknown.message, HasSubstr("unknown prompt 'words'"));
  EXPECT_THAT(refused(kOwn, {{"words", "user: '{{cod}}'\n", "w.yaml"}}).message,
              HasSubstr("w.yaml:1:"));
  std::string clash = kOwn;
  clash.replace(clash.find("mine"), 4, "docstrings");
  EXPECT_THAT(refused(clash, {{"words", kWords, ""}}).message, HasSubstr("another name"));
  const Error twice = refused(kOwn, {{"words", kWords, ""}, {"words", "user: x\n", ""}});
  EXPECT_EQ(twice.code, Code::invalid_request);
  EXPECT_EQ(twice.at, "/pipelines/0/prompts/1");
}

TEST_F(SubmissionTest, WarnsOfModelsThatRetireWithinAMonth) {
  auto request = one({.path = "a.py", .model = "soon"});
  request.jobs.push_back(request.jobs.front());
  ASSERT_TRUE(convert(request));
  EXPECT_THAT(warnings_,
              ::testing::ElementsAre("the model 'soon' retires on 2024-11-02: use 'gpt-4.1'"));
  ASSERT_TRUE(convert(one({.path = "a.py", .model = "later"})));
  EXPECT_THAT(warnings_, ::testing::IsEmpty());
}

TEST_F(SubmissionTest, GoesByTheDefaultModelThatWasChosen) {
  const auto job = one({.path = "a.py", .parameters = {{"temperature", 9}}});
  EXPECT_TRUE(convert(job));  // `offline` takes everything
  default_model_ = "soon";
  EXPECT_THAT(convert(job).error().message, HasSubstr("temperature"));
  EXPECT_TRUE(convert(one({.path = "a.py"})));
  EXPECT_EQ(warnings_.size(), 1U);
  EXPECT_EQ(convert(one({.path = "a.py"}))->jobs[0].model, "") << "it is no model of the job's own";
  default_model_ = "gone";
  EXPECT_EQ(convert(one({.path = "a.py"})).error().code, Code::unknown_model);
  EXPECT_TRUE(convert(one({.path = "a.py", .model = "offline"})));
}

TEST_F(SubmissionTest, KeepsWhatIsSaid) {
  const auto batch = convert(one({.path = "a.py",
                                  .model = "offline",
                                  .priority = 3,
                                  .budget = "0.50USD",
                                  .budget_tokens = 9,
                                  .delay = std::chrono::seconds(10),
                                  .deadline = std::chrono::hours(1),
                                  .answer_language = "German",
                                  .parameters = {{"temperature", 0}},
                                  .fresh = true,
                                  .force = true}));
  ASSERT_TRUE(batch) << batch.error().message;
  const store::NewJob& job = batch->jobs[0];
  EXPECT_EQ(job.budget_nusd, 500'000'000);
  EXPECT_EQ(job.budget_tokens, 9);
  EXPECT_EQ(job.not_before, now_ + std::chrono::seconds(10));
  EXPECT_EQ(job.deadline, now_ + std::chrono::hours(1));
  EXPECT_EQ(
      dump_json(job.options),
      R"({"parameters":{"temperature":0},"answer_language":"German","fresh":true,"force":true})");
}

TEST_F(SubmissionTest, WhatMakesAJobIsHashedAndNothingElse) {
  const wire::SubmitJob base{.path = "a.py"};
  const auto hash = [&](wire::SubmitJob job, std::string_view source = "source") {
    std::vector<std::string_view> blobs = {source};
    return convert(one(std::move(job)), blobs).value().jobs[0].content_hash;
  };
  const Hash same = hash(base);
  auto labelled = base;
  labelled.labels = {{"a", "b"}};
  labelled.priority = 9;
  labelled.delay = std::chrono::seconds(1);
  EXPECT_EQ(hash(labelled), same);
  auto other = base;
  other.path = "b.py";
  EXPECT_NE(hash(other), same);
  other = base;
  other.model = "offline";
  EXPECT_NE(hash(other), same);
  other = base;
  other.budget = "1USD";
  EXPECT_NE(hash(other), same);
  other = base;
  other.parameters = {{"temperature", 0}};
  EXPECT_NE(hash(other), same);
  EXPECT_NE(hash(base, "another source"), same);
}

TEST_F(SubmissionTest, PointsAtWhatItDoesNotKnow) {
  wire::SubmitRequest request = one({.path = "a.py"});
  request.jobs.push_back(request.jobs[0]);
  const auto refused = [&](auto change) {
    wire::SubmitRequest wrong = request;
    change(wrong.jobs[1]);
    const auto batch = convert(wrong);
    return batch ? Error{} : batch.error();
  };
  const Error pipeline = refused([](wire::SubmitJob& job) { job.pipeline = "docstring"; });
  EXPECT_EQ(pipeline.code, Code::unknown_pipeline);
  EXPECT_EQ(pipeline.at, "/jobs/1/pipeline");
  EXPECT_THAT(pipeline.message, HasSubstr("docstrings"));
  const Error model = refused([](wire::SubmitJob& job) { job.model = "ofline"; });
  EXPECT_EQ(model.code, Code::unknown_model);
  EXPECT_THAT(model.message, HasSubstr("did you mean 'offline'?"));
  EXPECT_EQ(refused([](wire::SubmitJob& job) { job.budget = "2"; }).at, "/jobs/1/budget");
  EXPECT_EQ(refused([](wire::SubmitJob& job) { job.delay = std::chrono::days(8); }).at,
            "/jobs/1/delay");
}

// As lint says it of a pipeline's own parameters: before anything is stored, and at its place.
TEST_F(SubmissionTest, RefusesParametersThatTheModelDoesNotTake) {
  const auto refused = [&](std::string model, Json parameters) {
    const auto batch = convert(
        one({.path = "a.py", .model = std::move(model), .parameters = std::move(parameters)}));
    return batch ? Error{} : batch.error();
  };
  const Error sampling = refused("gpt-5.4-mini", {{"seed", 1}, {"stop", "x"}});
  EXPECT_EQ(sampling.code, Code::invalid_request);
  EXPECT_EQ(sampling.at, "/jobs/0/parameters/stop");
  EXPECT_EQ(sampling.message,
            "the model 'gpt-5.4-mini' refuses the parameter 'stop': leave it out");
  const Error reserved = refused("gpt-5.4-mini", {{"messages", Json::array()}});
  EXPECT_EQ(reserved.at, "/jobs/0/parameters/messages");
  EXPECT_EQ(reserved.message, "'messages' is set by docwright itself: leave it out");
  EXPECT_EQ(refused("gpt-5.4-mini", {{"stop", nullptr}}).message, "");  // takes it out
  const Error both = refused("claude-sonnet-4-6", {{"temperature", 0}, {"top_p", 1}});
  EXPECT_EQ(both.at, "/jobs/0/parameters");
  EXPECT_EQ(both.message,
            "the model 'claude-sonnet-4-6' takes only one of temperature, top_p: leave the others "
            "out");
  EXPECT_EQ(refused("", {{"stop", "x"}}).message, "");  // the pipeline's model, offline, takes all
}

}  // namespace
}  // namespace docwright::daemon
