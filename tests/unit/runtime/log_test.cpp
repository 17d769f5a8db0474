#include "runtime/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace docwright {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string written(const Log& /*log*/, const std::function<void()>& work) {
  testing::internal::CaptureStderr();
  work();
  return testing::internal::GetCapturedStderr();
}

class LogTest : public testing::Test {
 protected:
  void SetUp() override { unsetenv("JOURNAL_STREAM"); }
  void TearDown() override { unsetenv("JOURNAL_STREAM"); }
};

TEST_F(LogTest, WritesOneLineWithItsFields) {
  Log log(Log::Level::info);
  const std::string line = written(log, [&] {
    log.info("job ended", {{"job", "j1"}, {"error", "no \"way\"\nout"}, {"none", ""}});
  });
  EXPECT_THAT(line, EndsWith("Z info job ended job=j1 error=\"no \\\"way\\\"\\nout\" none=\"\"\n"));
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
}

TEST_F(LogTest, UnderJournaldLinesCarryAPriorityInsteadOfATime) {
  setenv("JOURNAL_STREAM", "8:1", 1);
  Log log(Log::Level::debug);
  EXPECT_EQ(written(log, [&] { log.warning("disk full"); }), "<4>disk full\n");
  EXPECT_THAT(written(log, [&] { log.debug("x"); }), StartsWith("<7>x"));
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  Log log(Log::Level::warning);
  EXPECT_EQ(written(log, [&] { log.info("quiet"); }), "");
  log.set_level(Log::Level::debug);
  EXPECT_THAT(written(log, [&] { log.info("loud"); }), HasSubstr("loud"));
}

TEST_F(LogTest, NoSecretPasses) {
  Log log(Log::Level::info);
  log.redact("sk-planted-key");
  log.redact("sk-planted-key-longer");
  log.redact("abc");  // too short to be told from words
  const std::string line = written(
      log, [&] { log.error("refused sk-planted-key", {{"body", "k=sk-planted-key-longer abc"}}); });
  EXPECT_THAT(line, Not(HasSubstr("planted")));
  EXPECT_THAT(line, Not(HasSubstr("longer")));
  EXPECT_THAT(line, HasSubstr("abc"));
  EXPECT_EQ(log.redacted("x sk-planted-key y"), "x *** y");
}

}  // namespace
}  // namespace docwright
