// Documents from facts in place of a model's: marked, and done again.
#include <gmock/gmock.h>

#include "tests/unit/pipeline/routes_fixture.h"

namespace docwright::test {
namespace {

class OfflineFallback : public RoutesFixture {};

TEST_F(OfflineFallback, AnOfflineDocumentInPlaceOfAModelsIsMarked) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  EXPECT_EQ(text(run(asking("[test, offline]"))), "succeeded 1 0");
  EXPECT_EQ(documents_.of("f0").record["provenance"]["fallback"], true);
}

// It is no answer of the model's: the next job asks anew.
TEST_F(OfflineFallback, AnOfflineDocumentIsDoneAgainByTheNextJob) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  run(asking("[test, offline]"));
  provide({});
  EXPECT_EQ(text(run(asking("[test, offline]", 1, 2))), "succeeded 1 0");
  EXPECT_EQ(documents_.stored.back().document.record["provenance"]["model"], "test");
}

// In its own job too, whose other chunks are neither asked about nor paid again. The failure is not
// held against the model, but each run asks once only.
TEST_F(OfflineFallback, AnOfflineDocumentIsDoneAgainInItsJob) {
  const auto refuse_f1 = [](const HttpRequest& request, int) -> CallResult<HttpResponse> {
    if (facts_in(request)["targets"][0]["symbol"] == "f1") return http_error(503, "busy", "down");
    return right_completion(request);
  };
  provider_.script = refuse_f1;
  const auto made = asking("[test, offline]", 3);
  EXPECT_EQ(text(run(made)), "succeeded 3 0");
  EXPECT_EQ(std::get<Succeeded>(outcomes_.at(1)).fallbacks, 1);
  EXPECT_TRUE(documents_.of("f1").fallback);
  const auto reopen = [&] {
    journal_.plans.at(1).chunks.at(1).stored = false;
    provider_.requests.clear();
    ++made->attempt;
  };
  reopen();
  EXPECT_EQ(text(run(made)), "succeeded 1 0");
  EXPECT_EQ(std::get<Succeeded>(outcomes_.at(1)).fallbacks, 1);
  EXPECT_EQ(provider_.requests.size(), 1U);
  provide({});
  reopen();
  EXPECT_EQ(text(run(made)), "succeeded 1 0");
  EXPECT_EQ(std::get<Succeeded>(outcomes_.at(1)).fallbacks, 0);
  EXPECT_EQ(provider_.requests.size(), 1U);
  EXPECT_EQ(documents_.stored.back().document.record["provenance"]["model"], "test");
  EXPECT_FALSE(documents_.stored.back().document.fallback);
}

// What was refused for good is not sent again by a run that no person asked for.
TEST_F(OfflineFallback, AnErrorForGoodIsNotRepeatedWhenAFallbackIsDoneAgain) {
  provide({{"test-1", http_error(404, "model_not_found", "no such model")}});
  const auto made = asking("[test, offline]");
  run(made);
  journal_.plans.at(1).chunks.at(0).stored = false;
  ++made->attempt;
  EXPECT_EQ(text(run(made)), "succeeded 1 0");
  EXPECT_EQ(provider_.requests.size(), 1U);
}

TEST_F(OfflineFallback, AnOfflineDocumentThatWasAskedForIsNot) {
  EXPECT_EQ(text(run(asking("offline"))), "succeeded 1 0");
  EXPECT_FALSE(documents_.of("f0").record["provenance"].contains("fallback"));
}

// No model is hurried for it: a rate limit of some seconds is sat out.
TEST_F(OfflineFallback, OfflineDoesNotStandInForAShortWait) {
  provider_.script = [](const HttpRequest& request, int number) -> CallResult<HttpResponse> {
    if (number > 0) return right_completion(request);
    return http_error(429, "rate_limit_exceeded", "slow", {{"retry-after", "20"}});
  };
  EXPECT_EQ(text(run(asking("[test, offline]"))), "succeeded 1 0");
  EXPECT_EQ(written_by("f0"), "test");
}

}  // namespace
}  // namespace docwright::test
