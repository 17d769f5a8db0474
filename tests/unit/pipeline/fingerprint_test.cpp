#include "pipeline/store/fingerprint.h"

#include <gtest/gtest.h>

namespace docwright::pipeline {
namespace {

using outline::Language;

std::string python(std::string_view text) {
  return significant_code(Language::python, text, std::nullopt);
}
std::string cpp(std::string_view text) {
  return significant_code(Language::cpp, text, std::nullopt);
}

TEST(FingerprintTest, CommentsAndLayoutDoNotCount) {
  EXPECT_EQ(cpp("int  f( int a )  // adds\n{ return a /* one */ + 1; }\n"),
            cpp("int f( int a )\n{ return a + 1; }"));
  EXPECT_EQ(python("def f(a):  # adds\n\n    return  a + 1\n"),
            python("def f(a):\n    return a + 1"));
}

TEST(FingerprintTest, IndentationCountsInPython) {
  EXPECT_NE(python("if a:\n    b()\n    c()\n"), python("if a:\n    b()\nc()\n"));
}

TEST(FingerprintTest, StringsAreKeptWhatTheyLookLike) {
  EXPECT_NE(cpp("auto s = \"a  b\";"), cpp("auto s = \"a b\";"));
  EXPECT_EQ(cpp("auto s = \"// no comment\";"), "auto s = \"// no comment\";");
  EXPECT_EQ(cpp("auto s = R\"x(a \" // b)x\"; // c"), "auto s = R\"x(a \" // b)x\";");
  EXPECT_EQ(python("s = '''a  # b\n c'''  # d"), "s = '''a  # b\n c'''");
  EXPECT_EQ(python("s = 'it\\'s  # b'"), "s = 'it\\'s  # b'");
}

TEST(FingerprintTest, TextThatIsCutEnds) {
  EXPECT_EQ(cpp("a /* never closed"), "a");
  EXPECT_EQ(cpp("\"never closed"), "\"never closed");
  EXPECT_EQ(cpp("R\"never opened"), "R\"never opened");
  EXPECT_EQ(python("'ends with \\"), "'ends with \\");
}

TEST(FingerprintTest, ExistingDocumentationIsNotPartOfTheBody) {
  outline::Definition definition;
  definition.symbol = "f";
  const std::string with = "def f():\n    \"\"\"Old.\"\"\"\n    return 1\n";
  const std::string without = "def f():\n    return 1\n";
  definition.body = {0, static_cast<std::uint32_t>(with.size())};
  definition.doc_range = outline::Range{13, 23};
  const Fingerprint first = fingerprint(Language::python, with, definition, "class A");
  definition.body = {0, static_cast<std::uint32_t>(without.size())};
  definition.doc_range.reset();
  const Fingerprint second = fingerprint(Language::python, without, definition, "class B");
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(first.interface, second.interface);
  EXPECT_NE(first.context, second.context);
}

}  // namespace
}  // namespace docwright::pipeline
