#include "pipeline/chunk/planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/call/answer_schema.h"
#include "pipeline/chunk/cut.h"
#include "pipeline/chunk/extents.h"
#include "pipeline/chunk/scope.h"
#include "pipeline/chunk/targets.h"

namespace docwright::pipeline {
namespace {

using outline::Range;

// Of the limit, for the signatures of what encloses a chunk.
constexpr std::int64_t kScopeShare = 4;

class Planner {
 public:
  Planner(std::string_view source, const outline::Outline& outline, const ChunkOptions& options,
          const TokenCounter& counter)
      : source_(source),
        outline_(outline),
        options_(options),
        counter_(counter),
        targets_(outline, documented(outline)),
        scopes_(outline, counter, options.limit_tokens / kScopeShare) {}

  std::vector<Chunk> plan() {
    split();
    pack();
    settle_chunks_without_targets();
    return std::move(chunks_);
  }

 private:
  // A piece of the source that is not cut any further.
  struct Atom {
    Range range;
    std::int64_t tokens = 0;
  };
  // A piece that is still to be looked at: an extent, or what lies between the children of one.
  struct Piece {
    Range range;
    std::optional<std::uint32_t> extent;
  };

  std::int64_t tokens(Range range) const {
    return counter_.count(source_.substr(range.begin, range.end - range.begin)).tokens;
  }
  std::int64_t room_at(std::uint32_t byte) {
    return options_.limit_tokens - scopes_.at(byte).tokens;
  }

  bool load_fits(Range range) const {
    const Targets::Load load = targets_.load(range);
    return load.targets <= 1 ||
           (load.targets <= options_.targets_max && 1 + load.properties <= kSchemaPropertiesMax);
  }
  bool fits(Range range) { return tokens(range) <= room_at(range.begin) && load_fits(range); }

  // Top down: what fits is an atom; of what does not, the parts are looked at. With a stack of our
  // own: extents can be deep.
  void split() {
    static const outline::Outline kNoStructure;
    const bool by_lines = options_.by == ChunkBy::lines;
    const std::vector<Extent> tree = extent_tree(source_, by_lines ? kNoStructure : outline_);
    std::vector<Piece> pieces{{.range = tree[0].range, .extent = 0}};
    while (!pieces.empty()) {
      const Piece piece = pieces.back();
      pieces.pop_back();
      if (fits(piece.range)) {
        atoms_.push_back({piece.range, tokens(piece.range)});
      } else if (piece.extent && !tree[*piece.extent].children.empty()) {
        push_parts(tree, tree[*piece.extent], pieces);
      } else {
        split_text(piece.range);
      }
    }
  }

  // Children and what lies between them, last first.
  static void push_parts(const std::vector<Extent>& tree, const Extent& extent,
                         std::vector<Piece>& pieces) {
    std::uint32_t end = extent.range.end;
    for (auto child = extent.children.rbegin(); child != extent.children.rend(); ++child) {
      const Range& range = tree[*child].range;
      if (range.end < end) pieces.push_back({.range = {range.end, end}});
      pieces.push_back({.range = range, .extent = *child});
      end = range.begin;
    }
    if (extent.range.begin < end) pieces.push_back({.range = {extent.range.begin, end}});
  }

  void split_text(Range range) {
    for (const Range& paragraph : paragraphs(source_, range)) {
      if (add_if_fits(paragraph)) continue;
      for (const Range& line : lines(source_, paragraph)) {
        if (!add_if_fits(line)) split_line(line);
      }
    }
  }

  bool add_if_fits(Range range) {
    const std::int64_t count = tokens(range);
    if (count > room_at(range.begin) || !load_fits(range)) return false;
    atoms_.push_back({range, count});
    return true;
  }

  void split_line(Range line) {
    while (line.begin < line.end) {
      const std::int64_t room = room_at(line.begin);
      const Range loaded{line.begin, targets_.end_of_load(line, options_.targets_max)};
      const Range part =
          longest_fitting(source_, loaded, [&](Range range) { return tokens(range) <= room; });
      atoms_.push_back({part, tokens(part)});
      line.begin = part.end;
    }
  }

  // Next fit: as many atoms as fit, in order. The sum of their counts is what they have at most; an
  // exact count of the whole has the last word, because tokens of neighbours can join in unforeseen
  // ways.
  void pack() {
    for (std::size_t first = 0; first < atoms_.size();) {
      const std::int64_t room = room_at(atoms_[first].range.begin);
      const auto joined = [&](std::size_t end) {
        return Range{atoms_[first].range.begin, atoms_[end - 1].range.end};
      };
      std::int64_t sum = atoms_[first].tokens;
      std::size_t end = first + 1;
      while (end < atoms_.size() && sum + atoms_[end].tokens <= room && load_fits(joined(end + 1)))
        sum += atoms_[end++].tokens;
      while (end > first + 1 && tokens(joined(end)) > room) --end;
      add_chunk(joined(end));
      first = end;
    }
  }

  void add_chunk(Range range) {
    Chunk chunk{
        .number = static_cast<int>(chunks_.size()), .range = range, .targets = targets_.in(range)};
    chunk.scope = scopes_.at(range.begin).text;
    chunks_.push_back(std::move(chunk));
  }

  // Where the source has targets, a chunk without one has nothing to be asked about; where it has
  // none, every chunk is about the module, or a part of it.
  void settle_chunks_without_targets() {
    const bool any =
        std::ranges::any_of(chunks_, [](const Chunk& chunk) { return !chunk.targets.empty(); });
    for (Chunk& chunk : chunks_) {
      if (any) {
        chunk.stored = chunk.targets.empty();
      } else {
        chunk.targets.push_back(module_part(chunk));
      }
    }
  }

  outline::Definition module_part(const Chunk& chunk) const {
    outline::Definition module{.kind = outline::Kind::module,
                               .name = "<module>",
                               .symbol = "<module>",
                               .visibility = "public"};
    const int part = chunk.number + 1;
    if (part == 1) module.existing_doc = outline_.module_doc;
    if (part > 1) module.symbol += fmt::format("~{}", part);
    if (chunks_.size() > 1) module.signature = fmt::format("part {} of {}", part, chunks_.size());
    module.extent = module.body = chunk.range;
    return module;
  }

  std::string_view source_;
  const outline::Outline& outline_;
  const ChunkOptions& options_;
  const TokenCounter& counter_;
  const Targets targets_;
  Scopes scopes_;
  std::vector<Atom> atoms_;
  std::vector<Chunk> chunks_;
};

}  // namespace

Result<std::vector<Chunk>> plan_chunks(std::string_view source, const outline::Outline& outline,
                                       const ChunkOptions& options, const TokenCounter& counter) {
  if (source.empty())
    return fail(Code::source_refused, "The source is empty: there is nothing to document.");
  if (!outline.fallback.empty()) {
    const outline::Outline nothing{.language = outline.language, .fallback = outline.fallback};
    return Planner(source, nothing, options, counter).plan();
  }
  return Planner(source, outline, options, counter).plan();
}

}  // namespace docwright::pipeline
