#include "pipeline/parse/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace docwright::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Extracted read(std::string_view text) {
  auto extracted = extract_object(text, "documents", true);
  if (!extracted) {
    ADD_FAILURE() << text << "\n" << extracted.error().message;
    return {};
  }
  return std::move(*extracted);
}

std::string failure(std::string_view text) {
  const auto extracted = extract_object(text, "documents", true);
  return extracted ? "read: " + dump_json(extracted->value) : extracted.error().message;
}

const Json expected() {
  return {{"documents", {{"f", {{"summary", "Adds."}}}}}};
}
constexpr std::string_view kPlain = R"({"documents":{"f":{"summary":"Adds."}}})";

TEST(Extract, StrictJsonNeedsNoRepair) {
  const Extracted extracted = read(kPlain);
  EXPECT_EQ(extracted.value, expected());
  EXPECT_THAT(extracted.repairs, IsEmpty());
  EXPECT_FALSE(extracted.cut);
}

// Every wrapping gives the same value, and says what was done.
TEST(Extract, Wrappings) {
  const std::string plain(kPlain);
  struct Case {
    std::string text;
    std::vector<Repair> repairs;
  };
  const std::vector<Case> cases = {
      {"```json\n" + plain + "\n```", {Repair::fence}},
      {"```\n" + plain + "\n```\n", {Repair::fence}},
      {"````json\n" + plain + "\n````", {Repair::fence}},
      {"```json\n" + plain, {Repair::fence}},
      {plain + "\n```", {Repair::fence}},
      {"Here is the JSON you asked for:\n" + plain, {Repair::prose}},
      {plain + "\nLet me know if {anything} is unclear!", {Repair::prose}},
      {"Sure.\n```json\n" + plain + "\n```\nDone.", {Repair::fence, Repair::prose}},
      {"The function `f() { return 1; }` is simple.\n" + plain, {Repair::prose}},
      {"```cpp\nint f() { return 1; }\n```\n```json\n" + plain + "\n```",
       {Repair::fence, Repair::prose}},
      {"\xEF\xBB\xBF" + plain, {}},
      {"<think>\nmaybe {\"documents\": 1}\n</think>\n" + plain, {Repair::thinking}},
      {dump_json(Json(plain)), {Repair::string_wrapped}},
      {R"({\"documents\":{\"f\":{\"summary\":\"Adds.\"}}})", {Repair::string_wrapped}},
      {plain + "}", {Repair::prose}},
  };
  for (const Case& wrapped : cases) {
    SCOPED_TRACE(wrapped.text);
    const Extracted extracted = read(wrapped.text);
    EXPECT_EQ(extracted.value, expected());
    EXPECT_EQ(extracted.repairs, wrapped.repairs);
  }
}

TEST(Extract, AFenceWithinAStringIsContent) {
  const Json value = {
      {"documents", {{"f", {{"description", "Use:\n```py\nf({\"a\": 1})\n```\n"}}}}}};
  EXPECT_EQ(read("```json\n" + dump_json(value) + "\n```").value, value);
}

TEST(Extract, MendsWhatIsSafe) {
  struct Case {
    std::string text, expected;
    std::vector<Repair> repairs;
  };
  const std::vector<Case> cases = {
      {R"({"documents":[1,2,],})", R"({"documents":[1,2]})", {Repair::trailing_comma}},
      {"{\"documents\":\"a\nb\tc\"}", R"({"documents":"a\nb\tc"})", {Repair::raw_control}},
      {R"({"documents":"\d+ C:\path"})", R"({"documents":"\\d+ C:\\path"})", {Repair::bad_escape}},
      {R"({"documents":"\ud83d!"})", "{\"documents\":\"\uFFFD!\"}", {Repair::bad_escape}},
      {"{“documents”: “it is a \"word\"”}", "", {}},
      {"{“documents”: “it is”}", R"({"documents":"it is"})", {Repair::smart_quotes}},
      {R"({"documents":"he said “no”"})", "{\"documents\":\"he said “no”\"}", {}},
      {R"({"documents":[True,False,None]})",
       R"({"documents":[true,false,null]})",
       {Repair::python_literal}},
      {R"({"documents":1,"documents":2})", R"({"documents":2})", {Repair::duplicate_key}},
      {R"({"documents":"\ud83d\ude00 \u00e9"})", "{\"documents\":\"😀 é\"}", {}},
  };
  for (const Case& broken : cases) {
    SCOPED_TRACE(broken.text);
    const auto extracted = extract_object(broken.text, "documents", true);
    if (broken.expected.empty()) {
      EXPECT_FALSE(extracted);
      continue;
    }
    ASSERT_TRUE(extracted) << extracted.error().message;
    EXPECT_EQ(dump_json(extracted->value), broken.expected);
    EXPECT_EQ(extracted->repairs, broken.repairs);
  }
}

// What the cut went through is dropped; what was complete before is kept.
TEST(Extract, ClosesWhatWasCutAtEveryByte) {
  const std::string whole =
      R"({"documents":[{"symbol":"f","summary":"Adds."},{"symbol":"g","summary":"A\u00e9"}]})";
  for (std::size_t length = 1; length < whole.size(); ++length) {
    SCOPED_TRACE(whole.substr(0, length));
    const auto extracted = extract_object(whole.substr(0, length), "documents", true);
    ASSERT_TRUE(extracted) << extracted.error().message;
    EXPECT_TRUE(extracted->cut);
    if (!extracted->value.contains("documents")) continue;
    for (const Json& document : extracted->value["documents"]) {
      if (document.contains("summary")) {
        EXPECT_THAT((std::vector{"Adds.", "Aé"}),
                    ::testing::Contains(document["summary"].get<std::string>()));
      }
    }
  }
}

TEST(Extract, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(failure(""), "the answer has no JSON object");
  EXPECT_EQ(failure("I cannot do that."), "the answer has no JSON object");
  EXPECT_EQ(failure(R"({"documents" 1})"), "the answer is not valid JSON: expected ':' at byte 13");
  EXPECT_EQ(failure(R"({"documents": "a" "b"})"),
            "the answer is not valid JSON: expected ',' or '}' at byte 18");
  EXPECT_EQ(failure("{documents: 1}"),
            "the answer is not valid JSON: expected a name in quotes at byte 1");
  const auto strict = extract_object("```json\n{}\n```", "documents", false);
  ASSERT_FALSE(strict);
  EXPECT_THAT(strict.error().message, HasSubstr("the answer is not JSON"));
  EXPECT_EQ(strict.error().code, Code::answer_invalid);
}

TEST(Extract, TheObjectThatIsWantedWins) {
  EXPECT_EQ(read(R"({"note": 1} {"documents": 2} {"documents": 3})").value,
            (Json{{"documents", 2}}));
  EXPECT_EQ(read(R"(text {"note": 1} {"other": 2})").value, (Json{{"note", 1}}));
}

TEST(Extract, HostileTextTakesLinearTime) {
  const std::size_t size = std::size_t{1} << 20;
  std::vector<std::string> texts = {std::string(size, '{'), std::string(size, '['),
                                    std::string(size, '"'), std::string(size, '\\'),
                                    std::string(size, '`')};
  std::string many, deep, members = "{";
  while (many.size() < size) many += "{\"a\":";
  while (deep.size() < size) deep += "{\"a\":[";
  for (int i = 0; members.size() < size; ++i) members += "\"" + std::to_string(i) + "\":1,";
  texts.insert(texts.end(), {many, deep, members, "{\"documents\":" + std::string(size, '9')});
  for (const std::string& text : texts) {
    const auto begin = std::chrono::steady_clock::now();
    const auto extracted = extract_object(text, "documents", true);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5))
        << text.substr(0, 20);
    static_cast<void>(extracted);
  }
  EXPECT_THAT(failure(std::string(kAnswerBytesMax + 1, ' ')), HasSubstr("more than 4194304"));
}

TEST(Extract, InvalidUtf8DoesNotStopIt) {
  EXPECT_EQ(read("{\"documents\":\"a\xFF\"}").value, (Json{{"documents", "a\uFFFD"}}));
}

}  // namespace
}  // namespace docwright::pipeline
