#include "outline/cfamily/conditionals.h"

#include <algorithm>
#include <array>
#include <optional>

namespace docwright::outline::cfamily {
namespace {

// How a stretch of code changes the depth of brackets, and how deep below its start it goes.
struct Balance {
  int depth = 0;
  int least = 0;
  void open() { ++depth; }
  void close() { least = std::min(least, --depth); }
  void append(const Balance& other) {
    least = std::min(least, depth + other.least);
    depth += other.depth;
  }
  bool is_whole() const { return depth == 0 && least == 0; }
};

struct Brackets {
  Balance round, curly;
  void append(const Brackets& other) {
    round.append(other.round);
    curly.append(other.curly);
  }
  bool is_whole() const { return round.is_whole() && curly.is_whole(); }
};

struct Branch {
  Range directive;
  bool open_end = false;  // its code ends within a declaration or a statement
  std::uint32_t end = 0;  // where the next directive of the conditional begins
  bool never = false;     // #if 0
  Brackets brackets;
};

struct Conditional {
  bool within = false;  // stands where no declaration or statement can start
  std::vector<Branch> branches;
};

class Finder {
 public:
  Finder(std::string_view source, const std::vector<Token>& tokens)
      : source_(source), tokens_(tokens) {}

  std::vector<Range> find() {
    for (const Token& token : tokens_) {
      if (token.kind == Token::Kind::directive) {
        directive(token);
      } else {
        code(token);
      }
    }
    return outermost();
  }

 private:
  std::string_view text(const Token& token) const { return text(token.range); }
  Brackets& brackets() { return open_.empty() ? file_ : open_.back().branches.back().brackets; }

  void code(const Token& token) {
    last_ = token;
    if (token.starts_line) line_ = token.range;
    in_branch_ = true;
    if (token.kind != Token::Kind::punctuation) return;
    switch (source_[token.range.begin]) {
      case '(':
        return brackets().round.open();
      case ')':
        return brackets().round.close();
      case '{':
        return brackets().curly.open();
      case '}':
        return brackets().curly.close();
      default:
        return;
    }
  }

  void directive(const Token& token) {
    const std::string_view name = directive_name(text(token));
    if (name == "if" || name == "ifdef" || name == "ifndef") {
      const bool never = name == "if" && directive_rest(text(token)) == "0";
      open_.push_back(
          {.within = is_within(), .branches = {{.directive = token.range, .never = never}}});
      before_.push_back(last_);
      in_branch_ = false;
    } else if (open_.empty()) {
      return;
    } else if (name.starts_with("el")) {
      end_branch(token);
      open_.back().branches.push_back({.directive = token.range});
      last_ = before_.back();
    } else if (name == "endif") {
      end_branch(token);
      const Conditional done = std::move(open_.back());
      open_.pop_back();
      before_.pop_back();
      close(done, token.range);
    }
  }

  std::string_view text(Range range) const {
    return source_.substr(range.begin, range.end - range.begin);
  }

  void end_branch(const Token& directive) {
    Branch& branch = open_.back().branches.back();
    branch.end = directive.range.begin;
    branch.open_end = in_branch_ && is_open();
    in_branch_ = false;
  }

  // The code so far ends within a declaration or a statement: neither punctuation that ends one,
  // nor a line of a macro.
  bool is_open() const {
    if (!last_) return false;
    const char end = source_[last_->range.end - 1];
    if (last_->kind == Token::Kind::punctuation && std::string_view(";{}:").contains(end))
      return false;
    const bool macro = std::ranges::all_of(text(line_), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    return !(macro && (end == ')' || line_ == last_->range));
  }

  bool is_within() const {
    const int round =
        open_.empty() ? file_.round.depth : open_.back().branches.back().brackets.round.depth;
    return round > 0 || is_open();
  }

  void close(const Conditional& done, Range endif) {
    const auto kept =
        std::ranges::find_if(done.branches, [](const Branch& branch) { return !branch.never; });
    if (kept != done.branches.end()) brackets().append(kept->brackets);
    const bool whole = std::ranges::all_of(done.branches, [](const Branch& branch) {
      return branch.never || (!branch.open_end && branch.brackets.is_whole());
    });
    const bool never = done.branches[0].never;
    if (!done.within && whole && !never) return;
    if (!done.within && whole) return blank({done.branches[0].directive.end, done.branches[0].end});
    for (auto branch = done.branches.begin(); branch != done.branches.end(); ++branch) {
      blank({branch->directive.begin, branch == kept ? branch->directive.end : branch->end});
    }
    blank(endif);
  }

  void blank(Range range) { ranges_.push_back(range); }

  // Ranges of an inner conditional may lie in a blanked branch of an outer one.
  std::vector<Range> outermost() {
    std::ranges::sort(ranges_, [](const Range& a, const Range& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    std::vector<Range> outermost;
    for (const Range& range : ranges_) {
      if (outermost.empty() || range.begin >= outermost.back().end) outermost.push_back(range);
    }
    return outermost;
  }

  std::string_view source_;
  const std::vector<Token>& tokens_;
  Brackets file_;
  std::vector<Conditional> open_;
  std::vector<std::optional<Token>> before_;  // the last token before each open conditional
  std::optional<Token> last_;
  Range line_;              // the first token of the last line of code
  bool in_branch_ = false;  // code since the last directive of the innermost conditional
  std::vector<Range> ranges_;
};

}  // namespace

std::vector<Range> split_conditionals(std::string_view source, const std::vector<Token>& tokens) {
  return Finder(source, tokens).find();
}

}  // namespace docwright::outline::cfamily
