// Outlines of sources that others wrote: what must hold of every one, and golden ones.
#include "tests/support/real_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "outline/service/codec.h"
#include "runtime/hash.h"
#include "tests/unit/outline/describe.h"

namespace docwright::outline {
namespace {

using test::RealSource;

std::vector<RealSource> all_sources() {
  std::vector<RealSource> sources = test::python_sources();
  for (RealSource& source : test::cpp_sources()) sources.push_back(std::move(source));
  // Broken here and there: cut, and with a byte changed.
  const std::size_t whole = sources.size();
  for (std::size_t i = 0; i < whole; ++i) {
    RealSource cut = sources[i];
    cut.path += ".cut" + cut.path.extension().string();
    cut.text.resize(cut.text.size() * 2 / 3);
    RealSource changed = sources[i];
    changed.path += ".changed" + changed.path.extension().string();
    for (std::size_t at = 200; at < changed.text.size(); at += 997) changed.text[at] = '(';
    sources.push_back(std::move(cut));
    sources.push_back(std::move(changed));
  }
  return sources;
}

bool crosses(const Range& a, const Range& b) {
  return a.begin < b.begin && b.begin < a.end && a.end < b.end;
}

bool is_whole_lines(const Range& range, std::string_view source) {
  const bool begins = range.begin == 0 || source[range.begin - 1] == '\n';
  const bool ends = range.end == source.size() || source[range.end - 1] == '\n';
  return begins && ends && range.begin < range.end && range.end <= source.size();
}

void expect_sound(const Outline& outline, std::string_view source) {
  std::set<std::string> symbols;
  std::vector<Range> ranges = outline.broken;
  for (std::size_t i = 0; i < outline.definitions.size(); ++i) {
    const Definition& definition = outline.definitions[i];
    SCOPED_TRACE(definition.symbol);
    EXPECT_TRUE(symbols.insert(definition.symbol).second) << "twice";
    EXPECT_TRUE(is_whole_lines(definition.extent, source));
    EXPECT_LE(definition.extent.begin, definition.body.begin);
    EXPECT_LE(definition.body.end, definition.extent.end);
    EXPECT_FALSE(definition.name.empty());
    EXPECT_FALSE(definition.signature.empty());
    EXPECT_EQ(definition.signature.find('\n'), std::string::npos);
    EXPECT_LT(definition.parent, static_cast<std::int32_t>(i));
    if (definition.parent >= 0) {
      const Range& around = outline.definitions[static_cast<std::size_t>(definition.parent)].extent;
      EXPECT_LE(around.begin, definition.extent.begin);
      EXPECT_LE(definition.extent.end, around.end);
    }
    if (definition.doc_range) {
      EXPECT_EQ(definition.existing_doc,
                source.substr(definition.doc_range->begin,
                              definition.doc_range->end - definition.doc_range->begin));
    }
    ranges.push_back(definition.extent);
  }
  for (const Range& broken : outline.broken) EXPECT_TRUE(is_whole_lines(broken, source));
  std::ranges::sort(ranges, [](const Range& a, const Range& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<Range> open;
  for (const Range& range : ranges) {
    while (!open.empty() && open.back().end <= range.begin) open.pop_back();
    if (!open.empty()) EXPECT_FALSE(crosses(open.back(), range)) << range.begin << "-" << range.end;
    open.push_back(range);
  }
}

TEST(RealSourcesTest, OutlinesAreSoundAndSurviveEveryForm) {
  const std::vector<RealSource> sources = all_sources();
  ASSERT_GT(sources.size(), 60u) << "python3 and nlohmann-json3-dev must be installed";
  for (const RealSource& source : sources) {
    SCOPED_TRACE(source.path.string());
    const Outline outline =
        outline_source(language_of(source.path.string(), source.text), source.text);
    EXPECT_EQ(outline.fallback, "");
    expect_sound(outline, source.text);
    EXPECT_EQ(outline_source(outline.language, source.text), outline) << "not the same again";
    const auto decoded = decode(encode(outline), static_cast<std::uint32_t>(source.text.size()));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, outline);
    const auto read_back = outline_from_json(to_json(outline));
    ASSERT_TRUE(read_back);
    EXPECT_EQ(*read_back, outline);
  }
}

// Nearly every header of nlohmann's has macros that a grammar cannot read.
TEST(RealSourcesTest, LittleOfHeadersIsBroken) {
  std::size_t broken = 0, bytes = 0, definitions = 0;
  for (const RealSource& source : test::cpp_sources()) {
    const Outline outline = outline_source(Language::cpp, source.text);
    for (const Range& range : outline.broken) broken += range.end - range.begin;
    bytes += source.text.size();
    definitions += outline.definitions.size();
  }
  EXPECT_LT(broken * 100, bytes) << "at most one in a hundred bytes";
  EXPECT_GT(definitions, 1600u);
}

std::filesystem::path golden_folder() {
  return DOCWRIGHT_SOURCE_DIR "/tests/unit/outline/golden";
}

// tests/unit/outline/golden/FOLDER_NAME.txt: the hash of the source, then a line for each
// definition.
std::string golden_text(const RealSource& source) {
  const Outline outline =
      outline_source(language_of(source.path.string(), source.text), source.text);
  std::string text = hex(sha256(source.text)) + "\n";
  for (const std::string& line : describe(outline, source.text)) text += line + "\n";
  for (const Range& range : outline.broken) {
    text += fmt::format("broken {}-{}\n", range.begin, range.end);
  }
  return text;
}

// DOCWRIGHT_WRITE_GOLDEN=1 writes them anew; look at the difference before committing it.
TEST(RealSourcesTest, GoldenOutlines) {
  const std::set<std::string> chosen{
      "json_decoder.py",       "json_encoder.py",          "email_message.py",
      "email_header.py",       "nlohmann_ordered_map.hpp", "detail_json_pointer.hpp",
      "detail_exceptions.hpp", "meta_type_traits.hpp",     "nlohmann_adl_serializer.hpp"};
  const bool write = std::getenv("DOCWRIGHT_WRITE_GOLDEN") != nullptr;
  std::vector<RealSource> sources = test::python_sources();
  for (RealSource& source : test::cpp_sources()) sources.push_back(std::move(source));
  int compared = 0;
  for (const RealSource& source : sources) {
    const std::string name =
        source.path.parent_path().filename().string() + "_" + source.path.filename().string();
    if (!chosen.contains(name)) continue;
    SCOPED_TRACE(source.path.string());
    const std::filesystem::path golden = golden_folder() / (name + ".txt");
    const std::string text = golden_text(source);
    if (write) std::ofstream(golden, std::ios::binary) << text;
    const std::string expected = test::read_file(golden);
    // Another release of Python or of the headers says nothing about us.
    if (expected.substr(0, 64) != text.substr(0, 64)) continue;
    EXPECT_EQ(text, expected);
    ++compared;
  }
  if (compared == 0)
    GTEST_SKIP() << "the installed sources are of other versions than the golden ones";
}

}  // namespace
}  // namespace docwright::outline
