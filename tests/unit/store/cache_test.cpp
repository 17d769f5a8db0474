// Answers that serve other jobs, and for how long.
#include "store/cache.h"

#include <gmock/gmock.h>

#include "tests/unit/store/calls_fixture.h"

namespace docwright::test {
namespace {

using testing::HasSubstr;
class CacheTest : public CallsFixture {};

TEST_F(CacheTest, AnAnswerServesOthersUntilItIsTooOldOrTaken) {
  const auto first = running_job();
  const auto asked = new_call(first, 5 * kCent);
  ASSERT_TRUE(answer(granted(asked), 3 * kCent));
  const auto second = running_job();
  const auto same = new_call(second, 5 * kCent);
  const auto found = [&](Time since) {
    return store::recorded_answer(database(), same.key, since);
  };
  ASSERT_TRUE(found(now_));
  EXPECT_TRUE(found(now_)->cached);
  EXPECT_EQ(found(now_)->charged, 3 * kCent);
  EXPECT_FALSE(found(now_ + std::chrono::microseconds(1)));

  const auto clear = [&](std::string_view model, Time until) {
    return change([&](auto& database) { return store::clear_cache(database, model, until); });
  };
  EXPECT_EQ(clear("another", now_), 0);
  EXPECT_EQ(clear("gpt", now_ - std::chrono::hours(1)), 0);
  EXPECT_TRUE(found(now_));
  EXPECT_EQ(clear("gpt", now_), 1);
  EXPECT_FALSE(found(now_));
  EXPECT_TRUE(store::recorded_answer(database(), asked.key, now_)) << "its own job keeps it";

  now_ += std::chrono::seconds(1);
  ASSERT_TRUE(answer(granted(same), 4 * kCent));
  const auto third = running_job();
  EXPECT_TRUE(store::recorded_answer(database(), new_call(third, kCent).key, Time{}));
  EXPECT_EQ(clear("", now_), 1);
  EXPECT_FALSE(store::recorded_answer(database(), new_call(third, kCent).key, Time{}));
}

TEST_F(CacheTest, TheCacheIsShownByWhatItHoldsAndSaved) {
  const auto job = running_job();
  ASSERT_TRUE(answer(granted(new_call(job, 5 * kCent)), 3 * kCent));
  const store::CacheHits hit{"2024-10-04", "acme", "shop", "docstrings", "openai",
                             "gpt",        2,      160,    40,           6 * kCent};
  for (int i = 0; i < 2; ++i)
    change([&](auto& database) { store::add_cache_hits(database, {hit}); });
  for (const auto* group : {"model", "provider", "tenant", "project", "pipeline"}) {
    const auto groups = store::cache_by(database(), group, Time{});
    ASSERT_TRUE(groups) << group;
    ASSERT_EQ(groups->size(), 1U) << group;
    const store::CacheGroup& one = groups->front();
    EXPECT_EQ(std::tie(one.answers, one.tokens_in, one.tokens_out, one.cost, one.hits, one.saved),
              std::tuple(1, 80, 20, 3 * kCent, 4, 12 * kCent));
    EXPECT_EQ(one.newest, now_);
  }
  EXPECT_EQ(store::cache_by(database(), "model", now_ + std::chrono::hours(1))->front().answers, 0);
  EXPECT_THAT(store::cache_by(database(), "modle", Time{}).error().message,
              HasSubstr("did you mean 'model'"));
  EXPECT_EQ(count("SELECT sum(cache_hits) FROM usage_by_model"), 4);
  EXPECT_EQ(count("SELECT sum(saved_nusd) FROM usage"), 12 * kCent);
}

TEST_F(CacheTest, AnotherJobOfTheTenantFindsTheAnswer) {
  submit({new_job("a"), new_job("b")});
  const auto jobs = claim(2);
  answer(granted(new_call(jobs[0], 1)), 1);
  const auto key = new_call(jobs[1], 1).key;
  ASSERT_TRUE(recorded(key));
  EXPECT_TRUE(recorded(key)->cached);
  EXPECT_EQ(recorded(key)->charged, 1) << "to the job that asked";
  EXPECT_FALSE(recorded(key, true));
  EXPECT_FALSE(recorded(new_call(jobs[1], 1, "another question").key));
}

TEST_F(CacheTest, AnotherTenantDoesNot) {
  auto other = new_job("b");
  other.tenant = "umbrella";
  submit({new_job("a"), other});
  const auto jobs = claim(2);
  answer(granted(new_call(jobs[0], 1)), 1);
  EXPECT_FALSE(recorded(new_call(jobs[1], 1).key));
}

}  // namespace
}  // namespace docwright::test
