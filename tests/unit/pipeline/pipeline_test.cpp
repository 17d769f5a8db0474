// From a YAML file to a typed pipeline: what is read, what is refused and with which words, what is
// kept for later.
#include "pipeline/pipeline.h"

#include <gmock/gmock.h>

#include "pipeline/call/options.h"
#include "pipeline/chunk/options.h"
#include "pipeline/parse/options.h"
#include "pipeline/prompt.h"
#include "pipeline/store/options.h"
#include "pipeline/validate/options.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

namespace docwright::pipeline {
namespace {

using testing::HasSubstr;

constexpr const char* kWhole = R"(name: whole
description: Everything at once.
steps:
  - validate: {bytes_max: 64KiB, languages: [python], refuse: {vendored: false}}
  - chunk: {limit_tokens: 500, by: lines}
  - call: {name: draft, prompt: docstrings, parameters: {seed: 0}, answer_schema: exact}
  - call:
      name: review
      model: other
      user: "Check: {{steps.draft.text}} of {{code}}"
      on_unknown: park
      retries: 2
      time_limit: 30s
  - parse: {call: review, corrective_questions: 0, checks: {S02: 'off'}}
  - store: {keep_flagged: false}
)";

TEST_F(PipelineTest, ReadsEveryStepIntoItsStruct) {
  auto made = parse(kWhole);
  ASSERT_TRUE(made) << config::combined(made.error()).message;
  const Pipeline& pipeline = **made;
  EXPECT_EQ(pipeline.name(), "whole");
  EXPECT_EQ(pipeline.model(), "gpt-test");
  ASSERT_EQ(pipeline.steps().size(), 6u);

  const auto& validate = pipeline.steps()[0].as<ValidateOptions>();
  EXPECT_EQ(validate.bytes_max, 65536);
  EXPECT_FALSE(validate.refuse.vendored);
  EXPECT_TRUE(validate.refuse.binary);
  EXPECT_EQ(pipeline.steps()[1].as<ChunkOptions>().by, ChunkBy::lines);
  const auto& draft = pipeline.find("draft")->as<CallOptions>();
  EXPECT_EQ(draft.models, std::vector<std::string>{"gpt-test"});
  EXPECT_EQ(draft.parameters.dump(), R"({"seed":0})");
  EXPECT_EQ(draft.answer_schema, AnswerSchema::exact);
  ASSERT_TRUE(draft.templates);
  EXPECT_EQ(draft.templates->system.render(Json::object()), "Document.");
  const Step& review = *pipeline.find("review");
  EXPECT_EQ(review.retries, 2);
  EXPECT_EQ(review.time_limit, std::chrono::seconds(30));
  EXPECT_EQ(review.as<CallOptions>().on_unknown, OnUnknown::park);
  EXPECT_EQ(pipeline.find("parse")->as<ParseOptions>().call, "review");
  EXPECT_EQ(pipeline.find("store")->as<StoreOptions>().parse, "parse");
  EXPECT_FALSE(pipeline.find("store")->as<StoreOptions>().keep_flagged);
}

TEST_F(PipelineTest, GivesUnnamedStepsNamesOfTheirOwn) {
  auto made =
      parse(with_steps("  - validate\n  - chunk\n  - call: {prompt: docstrings}\n  - parse\n"
                       "  - call: {prompt: docstrings}\n  - parse\n  - store\n"));
  ASSERT_TRUE(made) << config::combined(made.error()).message;
  std::vector<std::string> names;
  for (const auto& step : (*made)->steps()) names.push_back(step.name);
  EXPECT_THAT(names, testing::ElementsAre("validate", "chunk", "call", "parse", "call_2", "parse_2",
                                          "store"));
  EXPECT_EQ((*made)->find("parse_2")->as<ParseOptions>().call, "call_2");
  EXPECT_EQ((*made)->find("store")->as<StoreOptions>().parse, "parse_2");
}

TEST_F(PipelineTest, TheBundleAloneGivesTheSamePipelineAgain) {
  auto made = parse(kWhole);
  ASSERT_TRUE(made);
  auto again = parse_bundle((*made)->bundle(), steps_);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ((*again)->hash(), (*made)->hash());
  EXPECT_EQ((*again)->bundle(), (*made)->bundle());
  EXPECT_EQ((*again)->find("draft")->as<CallOptions>().models,
            std::vector<std::string>{"gpt-test"});
  EXPECT_EQ((*again)->find("draft")->as<CallOptions>().templates->user.render(
                {{"path", "a.py"}, {"code", "x"}}),
            "a.py\nx\n");
}

TEST_F(PipelineTest, TheHashDependsOnEverythingThatDecides) {
  const auto before = (*parse(kWhole))->hash();
  EXPECT_EQ((*parse(kWhole))->hash(), before);
  prompts_["docstrings"] += "  more\n";
  EXPECT_NE((*parse(kWhole))->hash(), before);
}

TEST_F(PipelineTest, ABundleWhoseModelHasGoneIsStillReadable) {
  auto made = parse(kWhole);
  ASSERT_TRUE(made);
  models_ = providers::Models();
  EXPECT_TRUE(parse_bundle((*made)->bundle(), steps_));
}

TEST_F(PipelineTest, ABundleThatIsNoneIsCorrupt) {
  for (const char* text : {"", "[]", "{}", R"({"docwright_pipeline":2,"prompts":{}})",
                           R"({"docwright_pipeline":1,"prompts":{},"text":"name: x"})"}) {
    auto made = parse_bundle(text, steps_);
    EXPECT_FALSE(made) << text;
  }
}

TEST_F(PipelineTest, ReportsEveryErrorAtOnce) {
  auto made =
      parse(with_steps("  - validate: {byts_max: 1}\n  - chunk: {limit_tokens: 1}\n  - cal: {}\n"));
  ASSERT_FALSE(made);
  EXPECT_EQ(config::combined(made.error()).message,
            "p.yaml:3:16: unknown option 'validate.byts_max' (did you mean 'bytes_max'?)\n"
            "p.yaml:4:27: 'chunk.limit_tokens': expected 50 to 1000000 tokens, got 1\n"
            "p.yaml:5:5: unknown step 'cal' (did you mean 'call'?)");
}

struct Wrong {
  std::string text, at, message;
};
void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << testing::PrintToString(wrong.text);
}

class PipelineRefuses : public PipelineTest, public testing::WithParamInterface<Wrong> {};

TEST_P(PipelineRefuses, WithPlaceAndExpectation) {
  auto made = parse(GetParam().text);
  ASSERT_FALSE(made) << GetParam().text;
  ASSERT_EQ(made.error().size(), 1u) << config::combined(made.error()).message;
  EXPECT_EQ(made.error()[0].at, GetParam().at) << GetParam().text;
  EXPECT_EQ(made.error()[0].message, GetParam().message) << GetParam().text;
  EXPECT_EQ(made.error()[0].code, Code::configuration);
}

// Line 1 is `name: p`, line 2 `steps:`, line 3 validate, line 4 chunk.
constexpr const char* kHead = "name: p\nsteps:\n  - validate\n  - chunk\n";
constexpr const char* kTail = "  - parse\n  - store\n";

Wrong call(const std::string& options, const std::string& at, const std::string& message) {
  return {kHead + ("  - call: " + options + "\n") + kTail, at, message};
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PipelineRefuses,
    testing::Values(
        Wrong{"steps: []\nname: p\n", "p.yaml:1:8", "'steps': expected at least one step"},
        Wrong{"name: p\n", "p.yaml:1:1",
              "'steps' is missing: The steps in order, each as `step: {options}`."},
        Wrong{std::string("nam: p\n") + kHead, "p.yaml:1:1",
              "unknown option 'nam' (did you mean 'name'?)"},
        Wrong{"name: a b\nsteps:\n  - validate\n", "p.yaml:1:7",
              "'name': expected 1 to 64 letters, digits, - or _, got 'a b'"},
        Wrong{"name: p\nsteps: validate\n", "p.yaml:2:8",
              "'steps': expected a list of steps, got the text \"validate\""},
        Wrong{std::string(kHead) + "  - [call]\n", "p.yaml:5:5",
              "expected a step such as 'chunk: {limit_tokens: 3000}', got a list"},
        Wrong{std::string(kHead) + "  - call:\n    prompt: docstrings\n" + kTail, "p.yaml:6:5",
              "'prompt' stands beside 'call', not within it: indent it further"},
        Wrong{std::string(kHead) + "  - call: {prompt: docstrings}\n    parse: {}\n  - store\n",
              "p.yaml:6:5", "'parse' stands in the same list item as 'call': begin it with '- '"},
        Wrong{std::string(kHead) + "  - embed\n" + kTail, "p.yaml:5:5",
              "unknown step 'embed'; expected one of validate, chunk, call, parse, store"},
        Wrong{"name: p\nsteps:\n  - validate: {languages: [pyhton]}\n  - chunk\n  - call: {prompt: "
              "docstrings}\n" +
                  std::string(kTail),
              "p.yaml:3:27",
              "'validate.languages': expected languages out of python, c, cpp, other; got 'pyhton' "
              "(did you mean 'python'?)"},
        Wrong{"name: p\nsteps:\n  - validate: {refuse: {binry: false}}\n", "p.yaml:3:25",
              "unknown option 'validate.refuse.binry' (did you mean 'binary'?)"},
        Wrong{"name: p\nsteps:\n  - validate\n  - chunk: {by: definition}\n", "p.yaml:4:17",
              "'chunk.by': expected one of definitions, lines; got 'definition' (did you mean "
              "'definitions'?)"},
        Wrong{"name: p\nsteps:\n  - validate\n  - chunk: 3000\n", "p.yaml:4:12",
              "'chunk': expected a mapping of options, got 3000"},
        call("{prompt: docstring}", "p.yaml:5:20",
             "'call.prompt': unknown prompt 'docstring' (did you mean 'docstrings'?)"),
        call("{prompt: misspelt}", "prompts/misspelt.yaml:1:1",
             "unknown option 'usr' (did you mean 'user'?)"),
        call("{}", "p.yaml:5:5",
             "'call.prompt': no question: expected prompt, or user (and system)"),
        call("{system: You.}", "p.yaml:5:5",
             "'call.user': no question: expected prompt, or user (and system)"),
        call("{prompt: docstrings, user: x}", "p.yaml:5:38",
             "'call.user': expected either prompt or system and user, got both"),
        call("{prompt: docstrings, model: gpt-tset}", "p.yaml:5:39",
             "'call.model': unknown model 'gpt-tset' (did you mean 'gpt-test'?); `docwright model "
             "list` names all"),
        call("{prompt: docstrings, ensemble: [gpt-tset, gpt-test]}", "p.yaml:5:42",
             "'call.ensemble': unknown model 'gpt-tset' (did you mean 'gpt-test'?); `docwright "
             "model list` names all"),
        call("{prompt: docstrings, parameters: {temperature: 0}}", "p.yaml:5:44",
             "'call.parameters': the model 'gpt-test' refuses the parameter 'temperature': leave "
             "it out"),
        call("{prompt: docstrings, parameters: {top_k: 1, top_p: 0.5}}", "p.yaml:5:44",
             "'call.parameters': the model 'gpt-test' takes only one of top_p, top_k: leave the "
             "others out"),
        call("{prompt: docstrings, parameters: {messages: []}}", "p.yaml:5:44",
             "'call.parameters': 'messages' is set by docwright itself: leave it out"),
        call("{prompt: docstrings, answer_tokens_max: 9000}", "p.yaml:5:51",
             "'call.answer_tokens_max': the model 'gpt-test' writes at most 8000 tokens, got 9000"),
        call("{prompt: docstrings, on_unknown: retry}", "p.yaml:5:44",
             "'call.on_unknown': expected one of repeat, park, fail; got 'retry'"),
        call("{prompt: docstrings, retries: -1}", "p.yaml:5:41",
             "'call.retries': expected 0 to 20, got -1"),
        call("{prompt: docstrings, time_limit: 1ms}", "p.yaml:5:44",
             "'call.time_limit': expected 100ms to 2h, got 1ms"),
        call("{prompt: docstrings, name: a.b}", "p.yaml:5:38",
             "'call.name': expected 1 to 64 letters, digits, - or _, got 'a.b'"),
        call("{prompt: docstrings, name: chunk}", "p.yaml:5:38",
             "'call.name': 'chunk' is the name of an earlier step, in line 4"),
        call("{user: '{{cod}}'}", "p.yaml:5:18",
             "'call.user': line 1, column 1: unknown name 'cod' (did you mean 'code'?)"),
        call("{user: '{{signature}}'}", "p.yaml:5:18",
             "'call.user': line 1, column 1: 'signature' is known within "
             "{{#targets}}...{{/targets}} only"),
        call("{user: '{{#targets}}{{signatur}}{{/targets}}'}", "p.yaml:5:18",
             "'call.user': line 1, column 13: unknown name 'signatur' (did you mean 'signature'?)"),
        call(
            "{user: '{{steps.draft.text}}'}", "p.yaml:5:18",
            "'call.user': line 1, column 1: no step before this one that answers is named 'draft'"),
        Wrong{
            "name: p\nsteps:\n  - validate\n  - chunk\n  - call: {prompt: docstrings}\n  - store\n",
            "p.yaml:6:5", "'store' needs a step 'parse' before it"},
        Wrong{"name: p\nsteps:\n  - validate\n  - chunk\n  - parse\n  - store\n", "p.yaml:5:5",
              "'parse' needs a step 'call' before it"},
        Wrong{
            "name: p\nsteps:\n  - validate\n  - chunk\n  - call: {prompt: docstrings}\n  - parse\n",
            "p.yaml:3:3", "a step 'store' is missing"},
        Wrong{"name: p\nsteps:\n  - chunk\n  - validate\n  - call: {prompt: docstrings}\n" +
                  std::string(kTail),
              "p.yaml:3:5", "'chunk' needs a step 'validate' before it"},
        Wrong{"name: p\nsteps:\n  - validate\n  - chunk\n  - chunk\n  - call: {prompt: "
              "docstrings}\n" +
                  std::string(kTail),
              "p.yaml:5:5", "a second 'chunk': expected one, and the first is in line 4"},
        Wrong{"name: p\nsteps:\n  - validate\n  - chunk\n  - call: {prompt: docstrings}\n  - "
              "parse\n  - store\n  - parse\n",
              "p.yaml:8:5", "'parse' stands after 'store', which is the last step"},
        Wrong{std::string(kHead) +
                  "  - call: {prompt: docstrings}\n  - parse: {call: cal}\n  - store\n",
              "p.yaml:6:19",
              "'parse.call': no call before this step is named 'cal' (did you mean 'call'?)"},
        Wrong{std::string(kHead) +
                  "  - call: {prompt: docstrings}\n  - parse: {checks: {P10: error}}\n  - store\n",
              "p.yaml:6:21", "'parse.checks': unknown check 'P10' (did you mean 'P01'?)"},
        Wrong{std::string(kHead) +
                  "  - call: {prompt: docstrings}\n  - parse: {checks: {P01: warn}}\n  - store\n",
              "p.yaml:6:21", "'parse.checks': expected error, warning or off for P01, got 'warn'"},
        Wrong{
            std::string(kHead) +
                "  - call: {prompt: docstrings}\n  - parse: {corrective_questions: 2}\n  - store\n",
            "p.yaml:6:35", "'parse.corrective_questions': expected 0 to 1, got 2"},
        Wrong{std::string(kHead) +
                  "  - call: {name: a, prompt: docstrings}\n  - call: {name: b, prompt: "
                  "docstrings}\n" +
                  kTail,
              "p.yaml:5:5",
              "the answer of 'a' is read by no later step: expected a parse with 'call: a', or a "
              "template with {{steps.a.text}}"}));

TEST_F(PipelineTest, ATemplateThatDoesNotParseIsAnErrorOfItsFile) {
  auto made = parse(
      with_steps("  - validate\n  - chunk\n  - call: {prompt: broken}\n  - parse\n  - store\n"));
  ASSERT_FALSE(made);
  ASSERT_EQ(made.error().size(), 1u);
  EXPECT_EQ(made.error()[0].at, "prompts/broken.yaml:1:7");
  EXPECT_THAT(made.error()[0].message, HasSubstr("'user': line 2, column 1: "));
}

TEST_F(PipelineTest, WithoutAModelAnywhereSaysSo) {
  auto around = surroundings();
  around.default_model.clear();
  auto made = parse_pipeline(
      {"p.yaml",
       with_steps(
           "  - validate\n  - chunk\n  - call: {prompt: docstrings}\n  - parse\n  - store\n")},
      around);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error()[0].message,
            "'call.model': no model is named here, and the configuration has no default");
}

TEST_F(PipelineTest, RefusesTooManySteps) {
  std::string steps;
  for (int i = 0; i < 33; ++i) steps += "  - chunk\n";
  auto made = parse(with_steps(steps));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error()[0].message, "'steps': expected at most 32 steps, got 33");
}

}  // namespace
}  // namespace docwright::pipeline
