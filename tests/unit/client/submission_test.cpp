#include "client/submission.h"

#include <gtest/gtest.h>

#include <set>

#include "runtime/id.h"

namespace docwright::client {
namespace {

// So many sources of so many bytes each, named by their number.
Packer::NextSource sources(int count, std::size_t bytes) {
  return [count, bytes, at = 0]() mutable -> Result<std::optional<Source>> {
    if (at == count) return std::nullopt;
    return std::optional(Source{"f" + std::to_string(at++), std::string(bytes, 'x')});
  };
}

std::vector<Submission> pack(int count, std::size_t bytes, const std::string& key = "",
                             const wire::Limits& limits = {}) {
  Packer packer(sources(count, bytes),
                {.project = "shop",
                 .tenant = "default",
                 .job = {.priority = 7},
                 .key = key,
                 .one_source = count == 1},
                limits);
  std::vector<Submission> messages;
  for (auto message = packer.next(); message && *message; message = packer.next())
    messages.push_back(std::move(**message));
  return messages;
}

TEST(Packer, WhatFitsIsOneMessageWithoutABatch) {
  const auto messages = pack(3, 100);
  ASSERT_EQ(messages.size(), 1U);
  const wire::SubmitRequest& request = messages.front().request;
  EXPECT_EQ(request.project, "shop");
  EXPECT_EQ(request.batch, "");
  ASSERT_EQ(request.jobs.size(), 3U);
  EXPECT_EQ(request.jobs[2].path, "f2");
  EXPECT_EQ(request.jobs[2].blob, 2);
  EXPECT_EQ(request.jobs[2].priority, 7);
  EXPECT_EQ(messages.front().blobs.size(), 3U);
}

TEST(Packer, WhatDoesNotFitIsOneBatchOfSeveralMessages) {
  const auto messages = pack(450, 10);
  ASSERT_EQ(messages.size(), 3U);
  std::set<std::string> batches;
  std::size_t jobs = 0;
  for (const Submission& message : messages) {
    batches.insert(message.request.batch);
    jobs += message.request.jobs.size();
    EXPECT_EQ(message.request.jobs.size(), message.blobs.size());
  }
  EXPECT_EQ(jobs, 450U);
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_TRUE(is_id(*batches.begin()));
}

TEST(Packer, KeepsTheDaemonsLimits) {
  for (const Submission& message :
       pack(20, 1000, "",
            {.frame_bytes = 1000, .message_bytes = 10'000, .jobs = 7, .frames = 100})) {
    EXPECT_LE(message.blobs.size(), 5U);  // half of message_bytes
  }
  for (const Submission& message : pack(20, 1, "", {.jobs = 7, .frames = 4}))
    EXPECT_LE(message.blobs.size(), 3U);
}

TEST(Packer, ASourceThatNoMessageCanHoldIsAnErrorThatNamesIt) {
  Packer packer(sources(1, 2000), {.project = "shop", .tenant = "default", .one_source = true},
                {.frame_bytes = 1000});
  const auto message = packer.next();
  ASSERT_FALSE(message.has_value());
  EXPECT_EQ(message.error().code, Code::too_large);
  EXPECT_NE(message.error().message.find("f0"), std::string::npos);
}

TEST(Packer, KeysArePerPathAndNeverTooLong) {
  EXPECT_EQ(pack(1, 1, "pr-71").front().request.jobs[0].key, "pr-71");
  EXPECT_EQ(pack(2, 1, "pr-71").front().request.jobs[1].key, "pr-71:f1");
  EXPECT_EQ(pack(2, 1).front().request.jobs[1].key, "");
  const std::string hashed = pack(2, 1, std::string(130, 'k')).front().request.jobs[1].key;
  EXPECT_LE(hashed.size(), wire::kKeyBytes);
}

TEST(Packer, NothingIsNoMessage) {
  EXPECT_TRUE(pack(0, 1).empty());
}

TEST(Packer, AnErrorOfTheSourceEndsIt) {
  Packer packer([]() -> Result<std::optional<Source>> { return fail(Code::cancelled, "stop"); },
                {.project = "shop", .tenant = "default"}, {});
  EXPECT_EQ(packer.next().error().code, Code::cancelled);
}

}  // namespace
}  // namespace docwright::client
