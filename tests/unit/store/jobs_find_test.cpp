// Finding jobs: ids, pages, filters, counts.
#include <gmock/gmock.h>

#include "tests/unit/store/jobs_fixture.h"

namespace docwright::test {
namespace {

using store::State;
using testing::ElementsAre;

class JobsFind : public JobsFixture {};

TEST_F(JobsFind, IdsMayBeShortenedWhileTheyAreUnique) {
  auto job = new_job();
  job.id = "0190aaaa-1";
  auto other = new_job();
  other.id = "0190aabb-2";
  submit({job, other});
  EXPECT_TRUE(store::find_job(database(), "0190aaa"));
  EXPECT_TRUE(store::find_job(database(), "0190aaaa-1"));
  EXPECT_EQ(store::find_job(database(), "0190aa").error().code, Code::invalid_request);
  EXPECT_EQ(store::find_job(database(), "0191").error().code, Code::not_found);
  EXPECT_EQ(store::find_job(database(), "").error().code, Code::not_found);
}

TEST_F(JobsFind, AnIdThatBeginsAnotherIsStillFound) {
  auto job = new_job();
  job.id = "abc";
  auto longer = new_job();
  longer.id = "abcd";
  submit({job, longer});
  EXPECT_TRUE(store::find_job(database(), "abc"));
}

TEST_F(JobsFind, PagesFollowEachOtherNewestFirst) {
  for (const auto* path : {"1", "2", "3", "4", "5"}) submit({new_job(path)});
  store::JobFilter filter;
  filter.limit = 2;
  std::vector<std::string> seen;
  do {
    const auto page = store::list_jobs(database(), filter).value();
    for (const auto& job : page.jobs) seen.push_back(job.path);
    filter.after = page.next;
  } while (!filter.after.empty());
  EXPECT_THAT(seen, ElementsAre("5", "4", "3", "2", "1"));
  filter.after = "nonsense";
  EXPECT_EQ(store::list_jobs(database(), filter).error().code, Code::invalid_request);
}

TEST_F(JobsFind, FiltersNarrowAList) {
  auto labelled = new_job("lib/x.py");
  labelled.labels = {{"pr", "71"}};
  auto keyed = new_job("lib/y.py");
  keyed.key = "k";
  keyed.tenant = "umbrella";
  auto quick = new_job("src/z.py");
  quick.pipeline = "quick";
  quick.priority = 9;
  submit({labelled, keyed, quick});
  claim(1);
  const auto found = [&](auto set) {
    store::JobFilter filter;
    set(filter);
    std::vector<std::string> list;
    const auto page = store::list_jobs(database(), filter).value();
    for (const auto& job : page.jobs) list.push_back(job.path);
    return list;
  };
  using F = store::JobFilter;
  EXPECT_THAT(found([](F& f) { f.labels = {{"pr", "71"}}; }), ElementsAre("lib/x.py"));
  EXPECT_THAT(found([](F& f) { f.labels = {{"pr", "72"}}; }), ElementsAre());
  EXPECT_THAT(found([](F& f) { f.path_prefix = "lib/"; }), ElementsAre("lib/y.py", "lib/x.py"));
  EXPECT_THAT(found([](F& f) { f.tenant = "umbrella"; }), ElementsAre("lib/y.py"));
  EXPECT_THAT(found([](F& f) { f.key = "k"; }), ElementsAre("lib/y.py"));
  EXPECT_THAT(found([](F& f) { f.pipeline = "quick"; }), ElementsAre("src/z.py"));
  EXPECT_THAT(found([](F& f) { f.states = {State::running}; }), ElementsAre("src/z.py"));
  EXPECT_THAT(found([](F& f) {
                f.states = {State::running, State::queued};
                f.path_prefix = "lib";
              }),
              ElementsAre("lib/y.py", "lib/x.py"));
  EXPECT_THAT(found([](F& f) {
                f.project = "shop";
                f.tenant = "nobody";
              }),
              ElementsAre());
}

TEST_F(JobsFind, StatsAreKeptWithoutCounting) {
  submit({new_job("a"), new_job("b"), new_job("c")});
  claim(1);
  const auto stats = store::queue_stats(database());
  EXPECT_EQ(stats.states.of(State::queued), 2);
  EXPECT_EQ(stats.states.of(State::running), 1);
  EXPECT_EQ(stats.queue_jobs, 3);
  EXPECT_GT(stats.queue_bytes, 0);
  ASSERT_EQ(stats.lanes.size(), 1U);
  EXPECT_EQ(stats.lanes[0].queued, 2);
}

}  // namespace
}  // namespace docwright::test
