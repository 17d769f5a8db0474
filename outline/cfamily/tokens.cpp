#include "outline/cfamily/tokens.h"

#include <algorithm>

namespace docwright::outline::cfamily {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_word(char c) {
  return is_word_start(c) || is_digit(c);
}

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}

  std::vector<Token> scan() {
    while (at_ < source_.size()) step();
    return std::move(tokens_);
  }

 private:
  std::string_view rest(std::size_t size) const { return source_.substr(at_, size); }

  void step() {
    const char c = source_[at_];
    if (c == '\n') {
      starts_line_ = true;
      ++at_;
    } else if (is_blank(c) || c == '\\') {
      ++at_;
    } else if (rest(2) == "//") {
      at_ = line_end(at_);
    } else if (rest(2) == "/*") {
      skip_past("*/", at_ + 2);
    } else if (c == '#' && starts_line_) {
      directive();
    } else if (is_word_start(c)) {
      word();
    } else if (is_digit(c)) {
      number();
    } else if (c == '"' || c == '\'') {
      literal();
    } else {
      add(Token::Kind::punctuation, rest(2) == "::" || rest(2) == "->" ? 2 : 1);
    }
  }

  void add(Token::Kind kind, std::size_t size) {
    const auto begin = static_cast<std::uint32_t>(at_);
    tokens_.push_back({kind, starts_line_, {begin, begin + static_cast<std::uint32_t>(size)}});
    starts_line_ = false;
    at_ += size;
  }

  void skip_past(std::string_view end, std::size_t from) {
    const std::size_t found = source_.find(end, from);
    at_ = found == std::string_view::npos ? source_.size() : found + end.size();
  }

  // Where the line ends, lines that end in a backslash continued.
  std::size_t line_end(std::size_t from) const {
    for (std::size_t end = source_.find('\n', from); end != std::string_view::npos;
         end = source_.find('\n', end + 1)) {
      const bool continued =
          end > 0 && (source_[end - 1] == '\\' ||
                      (end > 1 && source_[end - 1] == '\r' && source_[end - 2] == '\\'));
      if (!continued) return end;
    }
    return source_.size();
  }

  // A block comment may carry a directive over lines, a line comment ends it.
  void directive() {
    std::size_t end = line_end(at_);
    std::size_t look = at_;
    for (;;) {
      const std::size_t open = source_.substr(0, end).find("/*", look);
      const std::size_t line = source_.substr(0, end).find("//", look);
      if (open == std::string_view::npos || line < open) break;
      const std::size_t close = source_.find("*/", open + 2);
      if (close == std::string_view::npos) break;
      look = close + 2;
      if (look > end) end = line_end(look);
    }
    add(Token::Kind::directive, end - at_);
    starts_line_ = true;
  }

  void word() {
    std::size_t size = 1;
    while (at_ + size < source_.size() && is_word(source_[at_ + size])) ++size;
    const bool raw = at_ + size < source_.size() && source_[at_ + size] == '"' &&
                     source_[at_ + size - 1] == 'R' && size <= 3;
    if (raw) {
      raw_literal(size);
    } else {
      add(Token::Kind::word, size);
    }
  }

  void raw_literal(std::size_t prefix) {
    const std::size_t open = source_.find('(', at_ + prefix);
    if (open == std::string_view::npos || open - at_ - prefix > 17)
      return add(Token::Kind::word, prefix);
    const std::string close =
        ")" + std::string(source_.substr(at_ + prefix + 1, open - at_ - prefix - 1)) + "\"";
    const std::size_t end = source_.find(close, open);
    add(Token::Kind::literal,
        (end == std::string_view::npos ? source_.size() : end + close.size()) - at_);
  }

  void number() {
    std::size_t size = 1;
    const auto goes_on = [&](char c) { return is_word(c) || c == '.' || c == '\''; };
    while (at_ + size < source_.size() && goes_on(source_[at_ + size])) ++size;
    add(Token::Kind::number, size);
  }

  // Ends at its quote, or at the line's end where that is missing.
  void literal() {
    const char quote = source_[at_];
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote && source_[end] != '\n')
      end += source_[end] == '\\' ? 2 : 1;
    end = std::min(end, source_.size());
    const bool closed = end < source_.size() && source_[end] == quote;
    add(Token::Kind::literal, end - at_ + (closed ? 1 : 0));
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool starts_line_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view source) {
  return Scanner(source).scan();
}

std::string_view directive_name(std::string_view directive) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto begin = std::find_if(directive.begin(), directive.end(), is_letter);
  const auto end = std::find_if_not(begin, directive.end(), is_letter);
  return {begin, end};
}

std::string_view directive_rest(std::string_view directive) {
  const std::string_view name = directive_name(directive);
  std::string_view rest =
      directive.substr(static_cast<std::size_t>(name.data() + name.size() - directive.data()));
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  return rest.substr(0, rest.find_last_not_of(" \t\r") + 1);
}

}  // namespace docwright::outline::cfamily
