#include "runtime/text.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace docwright {
namespace {

using namespace std::chrono_literals;

TEST(InvalidUtf8, AcceptsTheCornersOfEachLength) {
  for (const char* text : {"", "plain ascii text of more than eight bytes", "\x7f", "\xc2\x80",
                           "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(invalid_utf8(text), std::nullopt) << text;
  }
}

TEST(InvalidUtf8, FindsTheFirstBadByte) {
  EXPECT_EQ(invalid_utf8("12345678\x80"), 8U);
  EXPECT_EQ(invalid_utf8("ab\xc0\xaf"), 2U);            // overlong
  EXPECT_EQ(invalid_utf8("\xe0\x80\x80"), 0U);          // overlong
  EXPECT_EQ(invalid_utf8("\xc3\xa9\xed\xa0\x80"), 2U);  // surrogate
  EXPECT_EQ(invalid_utf8("\xf4\x90\x80\x80"), 0U);      // beyond U+10FFFF
  EXPECT_EQ(invalid_utf8("\xf8\x88\x80\x80\x80"), 0U);
  EXPECT_EQ(invalid_utf8("x\xe2\x82"), 1U);  // cut
}

TEST(ToValidUtf8, ReplacesEachMaximalInvalidPart) {
  // The example of the Unicode standard, table 3-8.
  EXPECT_EQ(to_valid_utf8("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"),
            "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
            "b\xef\xbf\xbd"
            "c\xef\xbf\xbd\xef\xbf\xbd"
            "d");
  EXPECT_EQ(to_valid_utf8("caf\xc3\xa9"), "caf\xc3\xa9");
}

TEST(Nearest, FindsTypingErrorsOnly) {
  constexpr std::array<std::string_view, 4> kWords = {"validate", "chunk", "call", "store"};
  EXPECT_EQ(nearest("chnuk", kWords), "chunk");
  EXPECT_EQ(nearest("validat", kWords), "validate");
  EXPECT_EQ(nearest("cal", kWords), "call");
  EXPECT_EQ(nearest("elephant", kWords), "");
  EXPECT_EQ(nearest("", kWords), "");
  EXPECT_EQ(nearest(std::string(1'000'000, 'a'), kWords), "");
  EXPECT_EQ(did_you_mean("stroe", kWords), " (did you mean 'store'?)");
  EXPECT_EQ(did_you_mean("elephant", kWords), "");
}

TEST(Rfc3339, GoesBothWays) {
  for (const char* text :
       {"1970-01-01T00:00:00.000Z", "2030-01-02T03:04:05.678Z", "2024-02-29T23:59:59.999Z"}) {
    const Result<Time> time = parse_rfc3339(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(to_rfc3339(*time), text);
  }
  EXPECT_EQ(parse_rfc3339("2030-01-02T03:04:05Z").value(),
            parse_rfc3339("2030-01-02T03:04:05.000000Z").value());
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.000001Z").value(), Time(1us));
}

TEST(Rfc3339, RefusesWhatIsNotATimeInUtc) {
  for (const char* text :
       {"", "2030", "2030-01-02", "2030-01-02 03:04:05Z", "2030-01-02T03:04:05",
        "2030-13-02T03:04:05Z", "2030-02-29T03:04:05Z", "2030-01-02T24:00:00Z",
        "2030-01-02T03:60:05Z", "2030-01-02T03:04:60Z", "2030-01-02T03:04:05+01:00",
        "2030-01-02T03:04:05.Z", "2030-01-02T03:04:05.1234567Z", "2030-01-02T03:04:05Zx",
        "+030-01-02T03:04:05Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Durations, AreReadStrictly) {
  EXPECT_EQ(parse_duration("150ms").value(), 150ms);
  EXPECT_EQ(parse_duration("7d").value(), 7 * 24h);
  EXPECT_EQ(parse_duration("1h30m").value(), 90min);
  EXPECT_EQ(parse_duration("0s").value(), 0s);
  for (const char* text : {"", "30", "s", "-1s", "1.5h", "1 s", "30m1h", "1s1s", "1w", "1S",
                           "99999999999999999999s", "200000000d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Durations, AreWrittenSoThatTheyCanBeRead) {
  EXPECT_EQ(to_text(90min), "1h30m");
  EXPECT_EQ(to_text(Duration::zero()), "0s");
  EXPECT_EQ(to_text(1500ms), "1s500ms");
  EXPECT_EQ(to_text(-2s), "-2s");
  for (const Duration duration : {Duration(1us), Duration(26h), Duration(61001ms)}) {
    EXPECT_EQ(parse_duration(to_text(duration)).value(), duration);
  }
}

TEST(Bytes, AreReadStrictly) {
  EXPECT_EQ(parse_bytes("17").value(), 17U);
  EXPECT_EQ(parse_bytes("64KiB").value(), 65536U);
  EXPECT_EQ(parse_bytes("16MiB").value(), 16U << 20);
  EXPECT_EQ(parse_bytes("2GiB").value(), std::size_t{2} << 30);
  for (const char* text : {"", "KiB", "1kb", "1KB", "-1", "1.5MiB", "9999999999GiB", "1 MiB"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

TEST(PointerToken, EscapesTildeAndSlash) {
  EXPECT_EQ(pointer_token("a/b~c"), "a~1b~0c");
}

}  // namespace
}  // namespace docwright
