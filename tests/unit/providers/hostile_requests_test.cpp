// Requests that no client should send: the simulator refuses or answers them, and goes on.
#include <gtest/gtest.h>

#include "providers/simulator/api.h"
#include "runtime/characters.h"
#include "tests/unit/providers/answer_schemas.h"
#include "tests/unit/providers/mutate.h"

namespace docwright::providers {
namespace {

using simulator::Asked;
using simulator::Spoken;
using testing::below;
using testing::Random;

Question question_of(Random& random) {
  Question question;
  question.model = below(random, 2) == 0 ? "claude-opus-4-6" : "gemini-2.5-flash";
  question.messages = {{"system", "You document code.", true},
                       {"user", "an example", true},
                       {"assistant", "{}", true},
                       {"user", "def f(): pass"}};
  question.answer_tokens_max = 700;
  question.parameters = {{"temperature", 1},
                         {"stop", {"END"}},
                         {"thinking", {{"type", "enabled"}, {"budget_tokens", 2000}}},
                         {"thinkingConfig", {{"thinkingBudget", 0}}}};
  question.schema_name = "documents";
  question.schema = std::make_shared<const Json>(below(random, 2) == 0 ? testing::exact_schema()
                                                                       : testing::shared_schema());
  return question;
}

Dialect dialect_of(Random& random) {
  constexpr std::array kForms = {Structured::json_schema, Structured::tool, Structured::json_object,
                                 Structured::none};
  Dialect dialect;
  dialect.structured = kForms.at(below(random, kForms.size()));
  dialect.api = below(random, 2) == 0 ? Api::chat : Api::responses;
  dialect.prompt_cache = below(random, 2) == 0 ? PromptCache::marks : PromptCache::key;
  return dialect;
}

Answer any_answer() {
  Answer answer;
  answer.text = R"({"documents": []})";
  answer.model = "model";
  answer.response_id = "r1";
  answer.usage = Usage{};
  answer.usage->input = 90;
  answer.usage->output = 60;
  return answer;
}

// Whatever is wrong with it, it is refused in words or answered, whole and as a stream.
void expect_an_answer(const simulator::Api& api, const simulator::Received& request) {
  const std::expected<Asked, CallError> asked = api.parse(request);
  if (!asked) {
    EXPECT_FALSE(api.error(asked.error()).body.empty());
    return;
  }
  EXPECT_GE(asked->answer_tokens_max, 0);
  EXPECT_GE(asked->prompt_bytes, asked->stable_bytes);
  EXPECT_FALSE(api.answer(any_answer(), *asked).body.empty());
  EXPECT_FALSE(api.stream(any_answer(), *asked).empty());
}

TEST(HostileRequests, BreakNothing) {
  const Registry providers = all_providers();
  const std::vector<Spoken> spoken = simulator::all_spoken();
  Random random(20'260'801);
  int taken = 0;
  for (int round = 0; round < 10'000; ++round) {
    const auto names = providers.names();
    const Provider& provider = *providers.find(names[below(random, names.size())]);
    if (!provider.codec) continue;
    const std::string base = "http://host.test";
    const HttpRequest request = provider.codec->encode(
        question_of(random), dialect_of(random), {.base_url = base + "/openai/v1", .key = "k"},
        below(random, 2) == 0);
    Json body = Json::parse(request.body);
    for (std::size_t times = 1 + below(random, 3); times > 0; --times)
      testing::mutate(body, random);
    const std::string text = body.dump();
    const std::string rest = request.url.substr(base.size());
    const std::size_t query = std::min(rest.find('?'), rest.size());
    Headers headers;
    for (const auto& [name, value] : request.headers) {
      headers.emplace_back(lower(name), value);
    }
    for (const Spoken& one : spoken) {
      if (!one.api->takes(rest.substr(0, query))) continue;
      ++taken;
      SCOPED_TRACE(provider.name + " " + text);
      ASSERT_NO_THROW(
          expect_an_answer(*one.api, {std::string_view(rest).substr(0, query),
                                      std::string_view(rest).substr(query), headers, text}));
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(taken, 5'000);
}

}  // namespace
}  // namespace docwright::providers
