// Ids, hashes, randomness, error codes.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "runtime/error.h"
#include "runtime/hash.h"
#include "runtime/id.h"
#include "runtime/random.h"

namespace docwright {
namespace {

using namespace std::chrono_literals;

TEST(Ids, SortByTheMicrosecondOfTheirMaking) {
  const Time start{std::chrono::days(20000)};
  std::string last;
  for (int i = 0; i < 5000; ++i) {
    const std::string id = new_id(start + std::chrono::microseconds(i));
    EXPECT_TRUE(is_id(id)) << id;
    EXPECT_LT(last, id);
    last = id;
  }
}

TEST(Ids, OfOneMomentDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(new_id(Time{std::chrono::days(20000)}));
  EXPECT_EQ(ids.size(), 1000U);
}

TEST(Ids, CarryTheMilliseconds) {
  // The example of RFC 9562, appendix A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00.
  const std::string id = new_id(Time{std::chrono::milliseconds(0x017F22E279B0)});
  EXPECT_EQ(id.substr(0, 18), "017f22e2-79b0-7000");
}

TEST(Ids, AreToldFromOtherText) {
  EXPECT_FALSE(is_id(""));
  EXPECT_FALSE(is_id("017f22e2-79b0-4cc3-98c4-dc0c0c07398f"));  // version 4
  EXPECT_FALSE(is_id("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"));
  EXPECT_FALSE(is_id("017f22e2-79b0-7cc3-c8c4-dc0c0c07398f"));  // other variant
  EXPECT_FALSE(is_id("017f22e2+79b0-7cc3-98c4-dc0c0c07398f"));
  EXPECT_TRUE(is_id("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
}

TEST(Traceparents, KeepTheTraceOfAValidParent) {
  const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_EQ(trace_id(parent), "0af7651916cd43dd8448eb211c80319c");
  const std::string child = child_traceparent(parent);
  EXPECT_EQ(trace_id(child), trace_id(parent));
  EXPECT_NE(child, parent);
  EXPECT_TRUE(child.ends_with("-01"));
}

TEST(Traceparents, OfOtherFormStartANewTrace) {
  for (const char* bad : {"", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"}) {
    EXPECT_EQ(trace_id(bad), "") << bad;
    EXPECT_FALSE(trace_id(child_traceparent(bad)).empty());
  }
  EXPECT_FALSE(trace_id("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more").empty());
}

TEST(Sha256, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(bytes_of(sha256("abc")).size(), 32U);
}

TEST(Sha256, OfPartsTellsWhereTheyEnd) {
  EXPECT_NE(sha256_of({"ab", "c"}), sha256_of({"a", "bc"}));
  EXPECT_NE(sha256_of({"abc"}), sha256_of({"abc", ""}));
  EXPECT_EQ(sha256_of({"ab", "c"}), sha256_of({"ab", "c"}));
}

TEST(FullJitter, StaysWithinItsBoundsAndUsesThem) {
  Random random(1);
  for (int attempt = 0; attempt < 100; ++attempt) {
    const Duration bound = attempt < 6 ? Duration(1s) * (1 << attempt) : Duration(60s);
    Duration most{};
    for (int i = 0; i < 200; ++i) {
      const Duration wait = full_jitter(random, attempt, 1s, 60s);
      EXPECT_GE(wait, 0s);
      EXPECT_LE(wait, std::min<Duration>(bound, 60s));
      most = std::max(most, wait);
    }
    EXPECT_GT(most, std::min<Duration>(bound, 60s) / 2);
  }
  EXPECT_EQ(full_jitter(random, 1000000000, 0s, 60s), 0s);
}

TEST(RandomNumbers, RepeatWithTheirSeed) {
  Random a(7);
  Random b(7);
  for (int i = 0; i < 10; ++i) {
    const double value = a.uniform();
    EXPECT_EQ(value, b.uniform());
    EXPECT_GE(value, 0.0);
    EXPECT_LT(value, 1.0);
  }
}

TEST(ErrorCodes, HaveNamesThatCanBeReadBack) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Code::internal); ++i) {
    const auto code = static_cast<Code>(i);
    EXPECT_EQ(code_named(name(code)), code);
    names.insert(name(code));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Code::internal) + 1);
  EXPECT_EQ(code_named("no such code"), std::nullopt);
}

}  // namespace
}  // namespace docwright
