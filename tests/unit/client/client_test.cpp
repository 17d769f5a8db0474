#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <set>

#include "runtime/id.h"
#include "tests/unit/client/fake_daemon.h"

namespace docwright::client {
namespace {

using std::chrono::milliseconds;
using test::FakeDaemon;
using testing::HasSubstr;

// Short enough for a test, long enough for a busy machine.
Options brief() {
  return {.connect_timeout = std::chrono::seconds(20),
          .timeout = std::chrono::seconds(20),
          .resend_after = milliseconds(50)};
}

std::unique_ptr<Client> connected(const FakeDaemon& daemon, const Options& options = brief()) {
  auto client = Client::connect({daemon.endpoint()}, options);
  EXPECT_TRUE(client.has_value()) << client.error().message;
  return client ? std::move(*client) : nullptr;
}

Submission one_source(const std::string& path, const std::string& key = "") {
  Submission submission;
  submission.request.jobs.push_back({.path = path, .key = key});
  submission.blobs.push_back("source of " + path);
  return submission;
}

std::string accept(const FakeDaemon::Asked& asked, const std::string& batch = "b") {
  wire::SubmitReply reply{.batch = batch};
  for (const wire::SubmitJob& job : std::get<wire::SubmitRequest>(asked.verb).jobs) {
    reply.jobs.push_back({.id = "job of " + job.path, .state = "queued"});
  }
  return wire::render_reply(asked.id, reply);
}

TEST(Connect, NamesEveryCandidateThatDoesNotAnswer) {
  const auto none = Client::connect(
      {{"ipc:///nonexistent/a.sock", "first"}, {"ipc:///nonexistent/b.sock", "second"}}, brief());
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, Code::unavailable);
  EXPECT_THAT(none.error().message, HasSubstr("ipc:///nonexistent/a.sock (first): no such socket"));
  EXPECT_THAT(none.error().message,
              HasSubstr("ipc:///nonexistent/b.sock (second): no such socket"));
}

TEST(Connect, TakesTheFirstThatAnswers) {
  const FakeDaemon daemon([](const FakeDaemon::Asked&) { return std::nullopt; });
  const auto client =
      Client::connect({{"ipc:///nonexistent/a.sock", "first"}, daemon.endpoint()}, brief());
  ASSERT_TRUE(client.has_value());
  EXPECT_EQ((*client)->endpoint(), daemon.endpoint());
  EXPECT_NE((*client)->daemon().endpoints.events, "");
}

TEST(Ask, GivesTheReplyOrTheDaemonsError) {
  const FakeDaemon daemon([](const FakeDaemon::Asked& asked) -> std::optional<std::string> {
    if (std::holds_alternative<wire::StatsRequest>(asked.verb))
      return wire::render_reply(asked.id, wire::StatsReply{.documents = 7});
    return wire::render_error(asked.id, {Code::not_found, "no such batch", "/batch"});
  });
  const auto client = connected(daemon);
  EXPECT_EQ(client->ask(wire::StatsRequest{})->documents, 7);
  wire::WaitRequest wait;
  wait.batch = "01234567";
  EXPECT_EQ(client->ask(wait).error(), (Error{Code::not_found, "no such batch", "/batch"}));
}

TEST(Ask, SendsAgainWhatStaysWithoutAnAnswer) {
  std::atomic<int> requests = 0;
  const FakeDaemon daemon(
      [&requests](const FakeDaemon::Asked& asked) -> std::optional<std::string> {
        if (++requests < 3) return std::nullopt;
        return wire::render_reply(asked.id, wire::StatsReply{});
      });
  EXPECT_TRUE(connected(daemon)->ask(wire::StatsRequest{}).has_value());
  EXPECT_EQ(requests, 3);
}

TEST(Ask, GivesUpOnASilentDaemon) {
  const FakeDaemon daemon([](const FakeDaemon::Asked&) { return std::nullopt; });
  Options options = brief();
  options.timeout = milliseconds(120);
  const auto silent = connected(daemon, options)->ask(wire::StatsRequest{});
  ASSERT_FALSE(silent.has_value());
  EXPECT_EQ(silent.error().code, Code::unavailable);
  EXPECT_THAT(silent.error().message, HasSubstr("has not answered"));
}

TEST(Ask, PassesOverAnswersToWhatIsNoLongerAsked) {
  std::string late;
  const FakeDaemon daemon([&late](const FakeDaemon::Asked& asked) -> std::optional<std::string> {
    if (late.empty()) {
      late = wire::render_reply(asked.id, wire::StatsReply{.documents = 1});
      return std::nullopt;
    }
    return asked.id == "c1" ? late : wire::render_reply(asked.id, wire::StatsReply{.documents = 2});
  });
  Options options = brief();
  options.timeout = milliseconds(120);
  const auto client = connected(daemon, options);
  (void)client->ask(wire::StatsRequest{});
  const auto second = client->ask(wire::StatsRequest{});
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->documents, 2);
}

TEST(Ask, EndsWhenItIsInterrupted) {
  const FakeDaemon daemon([](const FakeDaemon::Asked&) { return std::nullopt; });
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  Options options = brief();
  options.interrupt = ends[0];
  const auto client = connected(daemon, options);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  EXPECT_EQ(client->ask(wire::StatsRequest{}).error().code, Code::cancelled);
  close(ends[0]);
  close(ends[1]);
}

TEST(Submit, GivesEveryJobAKeyAndKeepsItWhenItSendsAgain) {
  std::vector<std::string> keys;
  const FakeDaemon daemon([&keys](const FakeDaemon::Asked& asked) -> std::optional<std::string> {
    for (const auto& job : std::get<wire::SubmitRequest>(asked.verb).jobs) keys.push_back(job.key);
    EXPECT_THAT(asked.blobs, testing::ElementsAre("source of a", "source of b"));
    return keys.size() < 4 ? std::nullopt : std::optional(accept(asked));
  });
  Submission submission = one_source("a");
  submission.request.jobs.push_back({.path = "b", .blob = 1, .key = "mine"});
  submission.blobs.emplace_back("source of b");
  const auto reply = connected(daemon)->submit(std::move(submission));
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->jobs.size(), 2U);
  ASSERT_GE(keys.size(), 4U);
  EXPECT_TRUE(is_id(keys[0]));
  EXPECT_EQ(keys[1], "mine");
  EXPECT_EQ(keys[2], keys[0]);
}

// Yields so many submissions, and counts.
struct Source {
  int left;
  int given = 0;
  Result<std::optional<Submission>> next() {
    if (left == 0) return std::nullopt;
    --left;
    return std::optional(one_source("f" + std::to_string(given++)));
  }
};

TEST(SubmitAll, SendsEverythingAndHearsOfEach) {
  const FakeDaemon daemon(
      [](const FakeDaemon::Asked& asked) { return std::optional(accept(asked)); });
  Source source{.left = 100};
  std::set<std::string> heard;
  const auto sent =
      connected(daemon)->submit_all([&source] { return source.next(); },
                                    [&heard](const Submission& message, const wire::SubmitReply&) {
                                      heard.insert(message.request.jobs[0].path);
                                    },
                                    16);
  EXPECT_TRUE(sent.has_value());
  EXPECT_EQ(heard.size(), 100U);
}

TEST(SubmitAll, WaitsForAFullQueue) {
  std::atomic<int> requests = 0;
  const FakeDaemon daemon(
      [&requests](const FakeDaemon::Asked& asked) -> std::optional<std::string> {
        if (++requests <= 2) {
          return wire::render_error(asked.id, Error{Code::busy, "full", "", milliseconds(1)});
        }
        return accept(asked);
      });
  Source source{.left = 3};
  int heard = 0;
  const auto sent = connected(daemon)->submit_all(
      [&source] { return source.next(); }, [&heard](const auto&, const auto&) { ++heard; }, 2);
  EXPECT_TRUE(sent.has_value());
  EXPECT_EQ(heard, 3);
  EXPECT_EQ(requests, 5);
}

TEST(SubmitAll, EndsAtARefusalAfterTheAnswersToWhatWasSent) {
  const FakeDaemon daemon([](const FakeDaemon::Asked& asked) -> std::optional<std::string> {
    const std::string& path = std::get<wire::SubmitRequest>(asked.verb).jobs[0].path;
    if (path == "f1")
      return wire::render_error(asked.id, {Code::unknown_pipeline, "no such pipeline"});
    return accept(asked);
  });
  Source source{.left = 1000};
  int heard = 0;
  const auto sent = connected(daemon)->submit_all(
      [&source] { return source.next(); }, [&heard](const auto&, const auto&) { ++heard; }, 4);
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, Code::unknown_pipeline);
  EXPECT_LT(source.given, 10);
  EXPECT_EQ(heard, source.given - 1);
}

TEST(Pages, AreFollowedToTheLast) {
  const FakeDaemon daemon([](const FakeDaemon::Asked& asked) -> std::optional<std::string> {
    const auto& request = std::get<wire::ListRequest>(asked.verb);
    wire::ListReply reply;
    wire::JobView& job = reply.jobs.emplace_back();
    job.id = request.after.empty() ? "first" : "second";
    job.state = "queued";
    if (request.after.empty()) reply.next = "page 2";
    return wire::render_reply(asked.id, reply);
  });
  const auto client = connected(daemon);
  std::vector<std::string> ids;
  ASSERT_TRUE(client
                  ->each_job(wire::ListRequest{},
                             [&ids](const wire::JobView& job) {
                               ids.push_back(job.id);
                               return true;
                             })
                  .has_value());
  EXPECT_THAT(ids, testing::ElementsAre("first", "second"));
  ids.clear();
  ASSERT_TRUE(client
                  ->each_job(wire::ListRequest{},
                             [&ids](const wire::JobView& job) {
                               ids.push_back(job.id);
                               return false;
                             })
                  .has_value());
  EXPECT_THAT(ids, testing::ElementsAre("first"));
}

TEST(Wait, HearsOfEachBeatUntilTheEnd) {
  std::atomic<int> beats = 0;
  const FakeDaemon daemon([&beats](const FakeDaemon::Asked& asked) -> std::optional<std::string> {
    wire::WaitReply reply;
    reply.done = ++beats == 3;
    reply.summary.jobs = beats;
    return wire::render_reply(asked.id, reply);
  });
  const auto client = connected(daemon);
  std::vector<std::int64_t> heard;
  const auto end = client->wait({.jobs = {}, .batch = "01234567"}, std::chrono::hours(1),
                                [&heard](const wire::Summary& summary) {
                                  heard.push_back(summary.jobs);
                                  return true;
                                });
  ASSERT_TRUE(end.has_value());
  EXPECT_TRUE(end->done);
  EXPECT_THAT(heard, testing::ElementsAre(1, 2, 3));
}

TEST(Subscription, GivesEventsAndSilence) {
  FakeDaemon daemon([](const FakeDaemon::Asked&) { return std::nullopt; });
  const auto client = connected(daemon);
  const auto events = client->subscribe({"job."});
  ASSERT_TRUE(events.has_value());
  EXPECT_EQ((*events)->next(milliseconds(1))->has_value(), false);
  daemon.publish({.seq = 7, .topic = "job.1", .event = Json{{"state", "succeeded"}}});
  const auto event = (*events)->next(std::chrono::seconds(20));
  ASSERT_TRUE(event.has_value() && event->has_value());
  EXPECT_EQ((*event)->event.seq, 7);
  EXPECT_EQ((*event)->event.topic, "job.1");
}

}  // namespace
}  // namespace docwright::client
