// Chunks are exact: a partition, within every limit, no definition cut that fits, the same every
// time.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "pipeline/call/answer_schema.h"
#include "pipeline/chunk/cut.h"
#include "pipeline/chunk/planner.h"
#include "runtime/text.h"
#include "tests/support/real_sources.h"

namespace docwright::pipeline {
namespace {

using outline::Definition;
using outline::Kind;
using outline::Language;
using outline::Outline;
using test::RealSource;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Words and single signs, as real vocabularies have; what is cut can count more than the whole.
class WordCounter final : public TokenCounter {
 public:
  TokenCount count(std::string_view text) const override {
    std::int64_t tokens = 0;
    bool in_word = false;
    for (const char c : text) {
      const bool word = std::isalnum(static_cast<unsigned char>(c)) != 0;
      if (!word || !in_word) ++tokens;
      in_word = word;
    }
    return {tokens, true};
  }
};

std::vector<Chunk> plan_of(std::string_view source, const Outline& outline,
                           const ChunkOptions& options, const TokenCounter& counter = ByteBound()) {
  Result<std::vector<Chunk>> chunks = plan_chunks(source, outline, options, counter);
  EXPECT_TRUE(chunks) << chunks.error().message;
  return chunks ? std::move(*chunks) : std::vector<Chunk>{};
}

std::vector<Chunk> plan_of(Language language, std::string_view source,
                           const ChunkOptions& options) {
  return plan_of(source, outline::outline_source(language, source), options);
}

std::vector<std::string> texts(std::string_view source, const std::vector<Chunk>& chunks) {
  std::vector<std::string> texts;
  for (const Chunk& chunk : chunks)
    texts.emplace_back(source.substr(chunk.range.begin, chunk.range.end - chunk.range.begin));
  return texts;
}

std::vector<std::string> symbols(const Chunk& chunk) {
  std::vector<std::string> symbols;
  for (const Definition& target : chunk.targets) symbols.push_back(target.symbol);
  return symbols;
}

void expect_partition(std::string_view source, const std::vector<Chunk>& chunks) {
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(chunks[i].number, static_cast<int>(i));
    EXPECT_EQ(chunks[i].range.begin, at);
    EXPECT_GT(chunks[i].range.end, at);
    EXPECT_TRUE(may_cut(source, at)) << "cut within a character at " << at;
    at = chunks[i].range.end;
  }
  EXPECT_EQ(at, source.size());
}

void expect_within_limits(std::string_view source, const std::vector<Chunk>& chunks,
                          const ChunkOptions& options, const TokenCounter& counter) {
  for (const Chunk& chunk : chunks) {
    const auto text = source.substr(chunk.range.begin, chunk.range.end - chunk.range.begin);
    EXPECT_LE(counter.count(text).tokens + counter.count(chunk.scope).tokens, options.limit_tokens);
    EXPECT_EQ(chunk.stored, chunk.targets.empty());
    EXPECT_LE(chunk.targets.size(), static_cast<std::size_t>(options.targets_max));
    int properties = 1;
    for (const Definition& target : chunk.targets) properties += schema_properties(target);
    EXPECT_TRUE(properties <= kSchemaPropertiesMax || chunk.targets.size() == 1);
  }
}

// Every target once, in the chunk in which it begins.
void expect_targets_once(const std::vector<Chunk>& chunks) {
  std::map<std::string, int> seen;
  for (const Chunk& chunk : chunks) {
    for (const Definition& target : chunk.targets) {
      EXPECT_EQ(++seen[target.symbol], 1) << target.symbol;
      EXPECT_GE(target.body.begin, chunk.range.begin);
      EXPECT_LT(target.body.begin, chunk.range.end);
    }
  }
}

// A definition that has room in a chunk, with the signatures of what it stands in, is in one chunk.
// Its targets are at most those that any chunk may have, so `targets_max` is out of the way here.
void expect_definitions_whole(std::string_view source, const Outline& outline,
                              const std::vector<Chunk>& chunks, const ChunkOptions& options,
                              const TokenCounter& counter) {
  for (const Definition& definition : outline.definitions) {
    const outline::Range extent = definition.extent;
    const std::int64_t size =
        counter.count(source.substr(extent.begin, extent.end - extent.begin)).tokens;
    if (size > options.limit_tokens - options.limit_tokens / 4)
      continue;  // the largest scope there can be
    int properties = 1, targets = 0;
    for (const Definition& other : outline.definitions) {
      if (other.body.begin < extent.begin || other.body.begin >= extent.end) continue;
      ++targets;
      properties += schema_properties(other);
    }
    if (targets > options.targets_max || properties > kSchemaPropertiesMax) continue;
    const bool whole = std::ranges::any_of(chunks, [&](const Chunk& chunk) {
      return chunk.range.begin <= extent.begin && extent.end <= chunk.range.end;
    });
    EXPECT_TRUE(whole) << definition.symbol << " was cut, " << size << " tokens";
  }
}

void expect_all(std::string_view source, const Outline& outline, const ChunkOptions& options,
                const TokenCounter& counter) {
  const std::vector<Chunk> chunks = plan_of(source, outline, options, counter);
  expect_partition(source, chunks);
  expect_within_limits(source, chunks, options, counter);
  expect_targets_once(chunks);
  if (options.by == ChunkBy::definitions)
    expect_definitions_whole(source, outline, chunks, options, counter);
  const std::vector<Chunk> again = plan_of(source, outline, options, counter);
  ASSERT_EQ(again.size(), chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(again[i].range, chunks[i].range);
    EXPECT_EQ(again[i].targets, chunks[i].targets);
    EXPECT_EQ(again[i].scope, chunks[i].scope);
  }
}

// Never over the limit, lossless, never cutting a definition that fits, the same each time: on real
// sources with random limits.
TEST(Promise7, ChunksAreExact) {
  std::vector<RealSource> sources = test::python_sources();
  for (RealSource& source : test::cpp_sources()) sources.push_back(std::move(source));
  ASSERT_GT(sources.size(), 20u) << "python3 and nlohmann-json3-dev must be installed";
  constexpr std::uint32_t kSeed = 20240607;
  std::mt19937 random(kSeed);
  for (const RealSource& source : sources) {
    if (source.text.empty()) continue;
    SCOPED_TRACE(fmt::format("{}, seed {}", source.path.string(), kSeed));
    const Outline outline = outline::outline_source(
        outline::language_of(source.path.string(), source.text), source.text);
    for (int round = 0; round < 6; ++round) {
      ChunkOptions options;
      // As many small limits as large ones.
      options.limit_tokens = static_cast<std::int64_t>(
          50.0 * std::pow(400.0, std::uniform_real_distribution(0.0, 1.0)(random)));
      options.targets_max = std::uniform_int_distribution(1, 40)(random);
      options.by = round == 5 ? ChunkBy::lines : ChunkBy::definitions;
      SCOPED_TRACE(fmt::format("limit {}, targets {}", options.limit_tokens, options.targets_max));
      expect_all(source.text, outline, options, ByteBound());
      expect_all(source.text, outline, options, WordCounter());
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(ChunkTest, ASmallFileIsOneChunk) {
  const std::string source = "import os\n\ndef f():\n  pass\n\ndef g():\n  pass\n";
  const std::vector<Chunk> chunks = plan_of(Language::python, source, {});
  ASSERT_THAT(chunks, SizeIs(1));
  EXPECT_THAT(symbols(chunks[0]), ElementsAre("f", "g"));
  EXPECT_EQ(chunks[0].scope, "");
}

TEST(ChunkTest, CutsBetweenDefinitions) {
  const std::string source =
      "def f():\n  return 1\n\ndef g():\n  return 2\n\ndef h():\n  return 3\n";
  const std::vector<Chunk> chunks = plan_of(Language::python, source, {.limit_tokens = 50});
  EXPECT_THAT(texts(source, chunks), ElementsAre("def f():\n  return 1\n\ndef g():\n  return 2\n\n",
                                                 "def h():\n  return 3\n"));
}

TEST(ChunkTest, ALargeClassIsCutBetweenItsMethodsAndDocumentedWhereItBegins) {
  std::string source = "class Reader(Base):\n  '''doc'''\n\n";
  for (const char name : {'a', 'b', 'c'})
    source += fmt::format("  def {}(self):\n    return '{}'\n\n", name, std::string(30, name));
  const std::vector<Chunk> chunks = plan_of(Language::python, source, {.limit_tokens = 100});
  ASSERT_THAT(chunks, SizeIs(3));
  EXPECT_THAT(symbols(chunks[0]), ElementsAre("Reader", "Reader.a"));
  EXPECT_THAT(symbols(chunks[1]), ElementsAre("Reader.b"));
  EXPECT_THAT(symbols(chunks[2]), ElementsAre("Reader.c"));
  EXPECT_EQ(chunks[0].scope, "");
  EXPECT_EQ(chunks[1].scope, "class Reader(Base)\n");
}

TEST(ChunkTest, ScopeNamesAllThatEncloses) {
  std::string source = "namespace io {\nclass Reader {\n public:\n";
  for (int i = 0; i < 6; ++i) source += fmt::format("  int read_{}() {{ return {}; }}\n", i, i);
  source += "};\n}  // namespace io\n";
  const std::vector<Chunk> chunks = plan_of(Language::cpp, source, {.limit_tokens = 140});
  ASSERT_GE(chunks.size(), 2u);
  EXPECT_EQ(chunks[1].scope, "namespace io\n  class Reader\n");
}

TEST(ChunkTest, AFunctionThatIsTooLargeIsCutAtLinesAndDocumentedOnce) {
  std::string source = "def f(x):\n";
  for (int i = 0; i < 40; ++i) source += fmt::format("  x = x + {}\n", i);
  const std::vector<Chunk> chunks = plan_of(Language::python, source, {.limit_tokens = 200});
  ASSERT_GE(chunks.size(), 3u);
  EXPECT_THAT(symbols(chunks[0]), ElementsAre("f"));
  EXPECT_FALSE(chunks[0].stored);
  // The rest defines nothing: nobody is asked about it.
  EXPECT_THAT(chunks[1].targets, IsEmpty());
  EXPECT_TRUE(chunks[1].stored && chunks[2].stored);
  EXPECT_EQ(chunks[1].scope, "def f(x)\n");
  for (const std::string& text : texts(source, chunks)) EXPECT_EQ(text.back(), '\n');
}

TEST(ChunkTest, ALineThatIsTooLongIsCutBetweenCharacters) {
  std::string source = "x = '";
  for (int i = 0; i < 200; ++i) source += "äö€😀";
  source += "'\r\n";
  for (const std::int64_t limit : {50, 51, 52, 53, 61}) {
    const std::vector<Chunk> chunks = plan_of(Language::python, source, {.limit_tokens = limit});
    expect_partition(source, chunks);
    expect_within_limits(source, chunks, {.limit_tokens = limit}, ByteBound());
    for (const std::string& text : texts(source, chunks)) EXPECT_FALSE(invalid_utf8(text));
  }
}

TEST(ChunkTest, CrLfIsNeverCut) {
  std::string source;
  for (int i = 0; i < 500; ++i) source += "\r\n";
  for (const std::int64_t limit : {50, 51, 53}) {
    const std::vector<Chunk> chunks = plan_of(Language::other, source, {.limit_tokens = limit});
    expect_partition(source, chunks);
    for (const std::string& text : texts(source, chunks)) EXPECT_EQ(text.size() % 2, 0u);
  }
}

TEST(ChunkTest, OtherLanguagesAreCutAtBlankLines) {
  std::string source;
  for (int i = 0; i < 5; ++i) source += fmt::format("fn f{}() {{\n    {}\n}}\n\n", i, i);
  const std::vector<Chunk> chunks = plan_of(Language::other, source, {.limit_tokens = 60});
  ASSERT_GE(chunks.size(), 2u);
  std::vector<std::string> modules;
  for (const Chunk& chunk : chunks) {
    EXPECT_TRUE(source.substr(chunk.range.begin).starts_with("fn f"));
    ASSERT_THAT(chunk.targets, SizeIs(1));
    EXPECT_EQ(chunk.targets[0].kind, Kind::module);
    modules.push_back(chunk.targets[0].symbol);
  }
  EXPECT_EQ(modules[0], "<module>");
  EXPECT_EQ(modules[1], "<module>~2");
  EXPECT_EQ(chunks[1].targets[0].signature, fmt::format("part 2 of {}", chunks.size()));
}

TEST(ChunkTest, APinnedOutlineIsCutByLines) {
  const std::string source = "def f():\n  pass\n";
  Outline outline = outline::outline_source(Language::python, source);
  outline.fallback = "the parser crashed";
  const std::vector<Chunk> chunks = plan_of(source, outline, {});
  ASSERT_THAT(chunks, SizeIs(1));
  EXPECT_THAT(symbols(chunks[0]), ElementsAre("<module>"));
}

TEST(ChunkTest, TargetsOfAChunkAreBounded) {
  std::string source;
  for (int i = 0; i < 30; ++i) source += fmt::format("def f{}(): pass\n", i);
  EXPECT_THAT(plan_of(Language::python, source, {.targets_max = 10}), SizeIs(3));
  // Even where they stand on one line.
  std::string line;
  for (int i = 0; i < 30; ++i) line += fmt::format("int f{}() {{ return 1; }} ", i);
  const std::vector<Chunk> chunks = plan_of(Language::cpp, line, {.targets_max = 10});
  expect_partition(line, chunks);
  expect_within_limits(line, chunks, {.targets_max = 10}, ByteBound());
  expect_targets_once(chunks);
}

TEST(ChunkTest, ADefinitionWithMoreParametersThanASchemaHasRoomForStandsAlone) {
  std::string parameters;
  for (int i = 0; i < 150; ++i) parameters += fmt::format("p{},", i);
  const std::string source = "def a(): pass\n\ndef f(" + parameters + "): pass\n\ndef b(): pass\n";
  const std::vector<Chunk> chunks = plan_of(Language::python, source, {});
  ASSERT_THAT(chunks, SizeIs(3));
  EXPECT_THAT(symbols(chunks[1]), ElementsAre("f"));
}

TEST(ChunkTest, PrivateThingsAreDocumentedOnlyWhereNothingElseIs) {
  EXPECT_THAT(
      symbols(plan_of(Language::python, "def f():\n  def g(): pass\ndef _h(): pass\n", {})[0]),
      ElementsAre("f"));
  EXPECT_THAT(symbols(plan_of(Language::python, "def _f():\n  def g(): pass\n", {})[0]),
              ElementsAre("_f"));
  EXPECT_THAT(
      symbols(plan_of(
          Language::cpp,
          "class A {\n  void f();\n public:\n  void g();\n  A(const A&) = delete;\n};\n", {})[0]),
      ElementsAre("A", "A::g"));
  EXPECT_THAT(symbols(plan_of(Language::c, "static int f(int a) { return a; }\n", {})[0]),
              ElementsAre("f"));
}

TEST(ChunkTest, AnEmptySourceIsAnError) {
  const auto chunks = plan_chunks("", Outline{}, ChunkOptions{}, ByteBound());
  ASSERT_FALSE(chunks);
  EXPECT_EQ(chunks.error().code, Code::source_refused);
}

// An outline that is not of this source does no harm.
TEST(ChunkTest, AForeignOutlineDoesNoHarm) {
  const std::string source = "äöü\r\näöü\r\näöü\r\n";
  Outline outline{.language = Language::python};
  for (const outline::Range extent :
       {outline::Range{1, 5}, {3, 9}, {4, 200}, {0, 7}, {6, 7}, {5, 5}}) {
    Definition definition{
        .name = "f", .symbol = fmt::format("f{}", extent.begin), .extent = extent, .body = extent};
    outline.definitions.push_back(definition);
  }
  expect_partition(source, plan_of(source, outline, {.limit_tokens = 50}));
}

}  // namespace
}  // namespace docwright::pipeline
