// Outlines as JSON and as bytes; languages by name and content.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "outline/outline.h"
#include "outline/service/codec.h"

namespace docwright::outline {
namespace {

using testing::HasSubstr;

Definition full_definition() {
  return {.kind = Kind::operator_,
          .name = "operator()",
          .symbol = "A::operator()",
          .signature = "int operator()(int a = 1)",
          .parameters = {{.name = "a", .type = "int", .default_value = "1", .kind = "positional"}},
          .type_parameters = {{.name = "T", .type = "typename", .kind = "positional"}},
          .return_type = "int",
          .returns_value = true,
          .yields = true,
          .raises = {"A", "B"},
          .flags = {"const", "template"},
          .visibility = "protected",
          .extent = {0, 90},
          .body = {10, 80},
          .doc_range = Range{0, 9},
          .existing_doc = "/// ä \"x\"",
          .parent = -1};
}

TEST(FormsTest, ADefinitionReadsBackFromJson) {
  for (const Definition& definition : {full_definition(), Definition{}}) {
    const auto back = definition_from_json(to_json(definition));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, definition);
  }
}

TEST(FormsTest, DamagedJsonIsNamed) {
  const Json good = to_json(full_definition());
  const auto message = [&](const char* key, Json value) {
    Json bad = good;
    bad[key] = std::move(value);
    const auto back = definition_from_json(bad);
    return back ? std::string("read") : back.error().message;
  };
  EXPECT_THAT(message("kind", "klass"), HasSubstr("'kind'"));
  EXPECT_THAT(message("name", 1), HasSubstr("'name': a string"));
  EXPECT_THAT(message("extent", Json::array({1})), HasSubstr("'extent': [begin, end]"));
  EXPECT_THAT(message("extent", Json::array({1, -1})), HasSubstr("'extent': [begin, end]"));
  EXPECT_THAT(message("parameters", Json::array({1})), HasSubstr("parameters"));
  EXPECT_THAT(message("raises", Json::array({1})), HasSubstr("'raises': strings"));
  EXPECT_FALSE(definition_from_json(Json::array()));
  EXPECT_FALSE(outline_from_json(Json::object()));
}

TEST(FormsTest, EveryDamagedByteIsRefusedOrHarmless) {
  const Outline outline{.language = Language::cpp,
                        .definitions = {full_definition()},
                        .broken = {{1, 2}},
                        .module_doc = "x",
                        .fallback = ""};
  const std::string bytes = encode(outline);
  ASSERT_EQ(decode(bytes, 90), outline);
  EXPECT_FALSE(decode(bytes, 89)) << "a range beyond the source";
  EXPECT_FALSE(decode(bytes + "x", 90));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size), 90));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string damaged = bytes;
      damaged[at] = value;
      const auto decoded = decode(damaged, 90);  // no crash, no allocation by a number that lies
      if (decoded && !decoded->definitions.empty())
        EXPECT_LE(decoded->definitions[0].extent.end, 90u);
    }
  }
}

TEST(FormsTest, AParentAfterItsChildIsRefused) {
  Outline outline{.definitions = {full_definition()}};
  outline.definitions[0].parent = 0;
  EXPECT_FALSE(decode(encode(outline), 90));
}

TEST(FormsTest, LanguagesByName) {
  EXPECT_EQ(language_of("a/b.py", ""), Language::python);
  EXPECT_EQ(language_of("b.pyi", ""), Language::python);
  EXPECT_EQ(language_of("a.c", "class X;"), Language::c);
  EXPECT_EQ(language_of("a.cc", ""), Language::cpp);
  EXPECT_EQ(language_of("a.hpp", ""), Language::cpp);
  EXPECT_EQ(language_of("a.C", ""), Language::cpp);
  EXPECT_EQ(language_of("a.rs", "#include <vector>\n"), Language::other);
  EXPECT_EQ(language_of("a.dir/file", "x"), Language::other);
}

TEST(FormsTest, HeadersByContent) {
  EXPECT_EQ(language_of("a.h", "#include <stdio.h>\nint f(int class);\n"), Language::c);
  EXPECT_EQ(language_of("a.h", "#include <vector>\n"), Language::cpp);
  EXPECT_EQ(language_of("a.h", "namespace a {}\n"), Language::cpp);
  EXPECT_EQ(language_of("a.h", "// using C only\n/* class A */\nint f(void);\n"), Language::c);
  EXPECT_EQ(language_of("a.h", "const char* s = \"class A\";\n"), Language::c);
  EXPECT_EQ(language_of("a.h", "std::string f();\n"), Language::cpp);
  EXPECT_EQ(language_of("a.h", ""), Language::c);
}

TEST(FormsTest, FilesWithoutExtensionByContent) {
  EXPECT_EQ(language_of("tool", "#!/usr/bin/env python3\nx = 1\n"), Language::python);
  EXPECT_EQ(language_of("tool", "#!/bin/sh\n"), Language::other);
  EXPECT_EQ(language_of("vector", "// -*- C++ -*-\n"), Language::cpp);
  EXPECT_EQ(language_of("iostream", "#include <ostream>\n"), Language::cpp);
  EXPECT_EQ(language_of("README", "some text\n"), Language::other);
}

TEST(FormsTest, OtherLanguagesHaveNoOutline) {
  EXPECT_EQ(outline_source(Language::other, "fn main() {}").fallback,
            "there is no grammar for this language");
}

}  // namespace
}  // namespace docwright::outline
