#include "outline/cfamily/macros.h"

#include <algorithm>
#include <array>
#include <set>

namespace docwright::outline::cfamily {
namespace {

// They start a declaration, or go on with one: what stands before them on the same line is no type.
constexpr std::array<std::string_view, 28> kDeclares{
    "void",     "bool",      "char",      "short",  "int",      "long",      "float",
    "double",   "signed",    "unsigned",  "auto",   "static",   "inline",    "virtual",
    "extern",   "friend",    "typedef",   "struct", "class",    "enum",      "union",
    "template", "constexpr", "consteval", "using",  "explicit", "namespace", "wchar_t"};
constexpr std::array<std::string_view, 8> kSpecifies{"static", "inline",  "virtual",   "extern",
                                                     "friend", "typedef", "constexpr", "explicit"};
constexpr std::array<std::string_view, 7> kNotCalled{"if",     "for",    "while", "switch",
                                                     "return", "sizeof", "catch"};
constexpr std::array<std::string_view, 6> kAfterParameters{"const",    "volatile", "noexcept",
                                                           "override", "final",    "&"};

constexpr std::array<std::string_view, 18> kNotType{
    "const", "volatile", "struct", "class",  "union", "enum",  "typename",  "return",   "else",
    "case",  "goto",     "new",    "delete", "throw", "using", "namespace", "operator", "unsigned"};
// Reserved words that the grammars know.
constexpr std::array<std::string_view, 8> kNoMacros{"__attribute__", "__attribute",   "__asm__",
                                                    "__asm",         "__extension__", "__restrict",
                                                    "__restrict__",  "__declspec"};
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

bool contains(const auto& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

class Finder {
 public:
  Finder(std::string_view source, const std::vector<Token>& tokens)
      : source_(source), tokens_(tokens), close_(tokens.size(), kNone) {
    match_brackets("(", ")");
    match_brackets("{", "}");
  }

  std::vector<Range> find() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (const std::size_t end = unreadable(i); end > i) i = add(i, end);
      if (const std::size_t end = after_trailing(i); end > i) i = add(i, end);
      if (is_reserved_between(i)) i = add(i, i + 1);
      if (!is_macro_word(i)) continue;
      const std::size_t next = after(i);
      if (is_label(i)) {
        i = add(i, i + 2);
      } else if (opens_block(i, next)) {
        if (const std::size_t block_end = close_[next] + 1; is_macro_word(block_end))
          blocks_after_.insert(block_end);
        i = add(i, next);
      } else if (stands_alone(i, next) || leads(i, next) || marks_scope(i, next) ||
                 stands_between(i, next)) {
        i = add(i, next);
      }
    }
    return std::move(found_);
  }

 private:
  std::string_view text(std::size_t i) const {
    return i < tokens_.size() ? source_.substr(tokens_[i].range.begin,
                                               tokens_[i].range.end - tokens_[i].range.begin)
                              : std::string_view();
  }
  bool is_word(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].kind == Token::Kind::word;
  }
  bool starts_line(std::size_t i) const { return i >= tokens_.size() || tokens_[i].starts_line; }

  void match_brackets(std::string_view opening, std::string_view closing) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (text(i) == opening) open.push_back(i);
      if (text(i) != closing || open.empty()) continue;
      close_[open.back()] = i;
      close_[i] = open.back();
      open.pop_back();
    }
  }

  // What is no macro, but more than the grammar knows: "j.template get<T>()", conditions in
  // noexcept(...), and all but the last expression in decltype(...). Index behind it; i where there
  // is nothing of the kind.
  std::size_t unreadable(std::size_t i) const {
    if (i == 0) return i;
    const std::string_view before = text(i - 1);
    if (text(i) == "template" && (before == "." || before == "->" || before == "::")) return i + 1;
    if (before == "noexcept" && text(i) == "(" && close_[i] != kNone && close_[i] > i + 2)
      return close_[i] + 1;
    if (i > 1 && before == "(" && text(i - 2) == "decltype") return after_last_comma(i);
    return i;
  }

  std::size_t after_last_comma(std::size_t i) const {
    std::size_t after = i;
    for (std::size_t at = i; at < tokens_.size() && text(at) != ")"; ++at) {
      if (text(at) == "(" && close_[at] != kNone) at = close_[at];
      if (text(at) == ",") after = at + 1;
    }
    return after;
  }

  // TRY { ... } CATCH (...) { ... }
  bool opens_block(std::size_t i, std::size_t next) const {
    if (text(next) != "{" || close_[next] == kNone) return false;
    if (blocks_after_.contains(i)) return true;
    return next == i + 1 && i > 0 && starts_statement(i) && text(i - 1) != ":";
  }

  // FOO_BAR2: upper case and not so short that it could be a template parameter.
  bool is_macro_word(std::size_t i) const {
    if (!is_word(i) || text(i).size() < 3) return false;
    return std::ranges::all_of(text(i), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
  }

  // Index behind the macro and its arguments, if it has any.
  std::size_t after(std::size_t i) const {
    return text(i + 1) == "(" && close_[i + 1] != kNone ? close_[i + 1] + 1 : i + 1;
  }

  std::size_t add(std::size_t begin, std::size_t end) {
    found_.push_back({tokens_[begin].range.begin, tokens_[end - 1].range.end});
    return end - 1;
  }

  // ")" of FOO(...), which stands first on its line.
  bool opens_as_macro_line(std::size_t i) const {
    if (text(i) != ")" || close_[i] == kNone || close_[i] == 0) return false;
    return is_macro_word(close_[i] - 1) && starts_line(close_[i] - 1);
  }

  // A declaration or a statement can start here. Lines of macros before it do not count.
  bool starts_statement(std::size_t i) const {
    while (i > 0) {
      const std::size_t last = i - 1;
      if (is_macro_word(last) && starts_line(last)) {
        i = last;
      } else if (opens_as_macro_line(last)) {
        i = close_[last] - 1;
      } else {
        return std::string_view(";{}:>").find(text(last)) != std::string_view::npos;
      }
    }
    return true;
  }

  // SIGNALS:
  bool is_label(std::size_t i) const {
    return starts_line(i) && text(i + 1) == ":" && starts_line(i + 2) && starts_statement(i);
  }

  // NAMESPACE_BEGIN, or NON_NULL(1, 2), on a line of its own. Before "name(" it could be the type
  // that f returns.
  bool stands_alone(std::size_t i, std::size_t next) const {
    if (!starts_line(i) || !starts_line(next) || !starts_statement(i)) return false;
    if (next >= tokens_.size()) return true;
    if (text(next) == "}") return i > 0 && text(i - 1) != "{";
    if (text(next) == "[" || text(next) == "~") return true;
    if (!is_word(next)) return false;
    return text(next + 1) != "(" || is_macro_word(next) || next > i + 1;
  }

  // API void f(), API Type f(): two words follow that declare by themselves.
  bool leads(std::size_t i, std::size_t next) const {
    if (!is_word(next) || !(starts_statement(i) || contains(kSpecifies, text(i - 1)))) return false;
    if (contains(kDeclares, text(next))) return true;
    if (is_macro_word(next)) return false;
    const std::size_t name = after_type(next);
    return name > next && is_word(name) && text(name + 1) == "(";
  }

  // Index behind "a::b<c>*&" that starts at i.
  std::size_t after_type(std::size_t i) const {
    while (text(i + 1) == "::" && is_word(i + 2)) i += 2;
    ++i;
    if (text(i) == "<") i = after_angles(i);
    while (text(i) == "*" || text(i) == "&" || text(i) == "const") ++i;
    return i;
  }

  std::size_t after_angles(std::size_t i) const {
    static constexpr std::size_t kFar = 64;
    int depth = 0;
    for (std::size_t end = i; end < std::min(i + kFar, tokens_.size()); ++end) {
      if (text(end) == "<") ++depth;
      if (text(end) == ">" && --depth == 0) return end + 1;
    }
    return i;
  }

  // class EXPORT Name {, namespace name VISIBILITY(default) {
  bool marks_scope(std::size_t i, std::size_t next) const {
    if (i == 0) return false;
    if (text(next) == "{")
      return text(i - 1) == "namespace" || (i > 1 && text(i - 2) == "namespace");
    const std::string_view keyword = text(i - 1);
    if (!is_word(next)) return false;
    if (keyword != "class" && keyword != "struct" && keyword != "union" && keyword != "enum")
      return false;
    const std::size_t end = text(next + 1) == "<" ? after_angles(next + 1) : next + 1;
    return text(end) == "{" || text(end) == ":" || text(end) == "final";
  }

  // int CALLBACK f(): between the type and the name.
  bool stands_between(std::size_t i, std::size_t next) const {
    if (i == 0 || next != i + 1 || !is_word(next) || text(next + 1) != "(") return false;
    if (text(i - 1) == "*" || text(i - 1) == "&")
      return i > 1 && is_word(i - 2) && !contains(kNotType, text(i - 2));
    return is_word(i - 1) && !contains(kNotType, text(i - 1)) && !contains(kSpecifies, text(i - 1));
  }

  // int __init f(): words that are reserved for the implementation. "__inline __m128 f()" has its
  // type there.
  bool is_reserved_between(std::size_t i) const {
    return is_word(i) && text(i).starts_with("__") && !contains(kNoMacros, text(i)) &&
           !contains(kNoMacros, text(i + 1)) && !text(i).ends_with("_t") && i > 0 &&
           !text(i - 1).starts_with("__") && stands_between(i, i + 1);
  }

  // void f() const NOEXCEPT NONNULL(1); also of words that are reserved for the implementation.
  // Index behind the last of them; i where there is none.
  std::size_t after_trailing(std::size_t i) const {
    static constexpr std::array<std::string_view, 5> kAfter{";", "{", ":", "=", "->"};
    std::size_t last = i;
    while (last > 0 && contains(kAfterParameters, text(last - 1))) --last;
    if (last == 0 || text(last - 1) != ")") return i;
    const std::size_t open = close_[last - 1];
    if (open == kNone || open == 0 || !is_word(open - 1) || contains(kNotCalled, text(open - 1)) ||
        is_macro_word(open - 1))
      return i;
    std::size_t end = i;
    while (is_attribute_word(end)) end = after(end);
    return contains(kAfter, text(end)) || contains(kAfterParameters, text(end)) ? end : i;
  }

  bool is_attribute_word(std::size_t i) const {
    return is_macro_word(i) ||
           (is_word(i) && text(i).starts_with("__") && !contains(kNoMacros, text(i)));
  }

  std::string_view source_;
  const std::vector<Token>& tokens_;
  // Index of the parenthesis or brace that belongs to this one, or kNone.
  std::vector<std::size_t> close_;
  std::set<std::size_t> blocks_after_;  // macros that go on with a block, as CATCH does
  std::vector<Range> found_;
};

}  // namespace

std::vector<Range> attribute_macros(std::string_view source, const std::vector<Token>& tokens) {
  return Finder(source, tokens).find();
}

}  // namespace docwright::outline::cfamily
