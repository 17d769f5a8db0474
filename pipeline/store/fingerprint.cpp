#include "pipeline/store/fingerprint.h"

#include <cctype>

namespace docwright::pipeline {
namespace {

// One pass over the text; each function consumes one kind of token at position_.
class Reducer final {
 public:
  Reducer(outline::Language language, std::string_view text, outline::Range skip)
      : python_(language == outline::Language::python),
        comments_(language != outline::Language::other),
        text_(text),
        skip_(skip) {
    code_.reserve(text.size());
  }

  std::string run() {
    while (position_ < text_.size()) {
      if (position_ == skip_.begin && skip_.end > skip_.begin) {
        position_ = skip_.end;
      } else if (is_blank(here())) {
        blanks();
      } else if (comments_ && comment()) {
      } else if (comments_ && string()) {
      } else {
        code_ += text_[position_++];
      }
    }
    while (!code_.empty() && is_blank(code_.back())) code_.pop_back();
    return std::move(code_);
  }

 private:
  static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
  }
  char here() const { return text_[position_]; }
  bool at(std::string_view word) const { return text_.substr(position_).starts_with(word); }

  // A run of blanks is one; in Python one that ends in indentation keeps its last line.
  void blanks() {
    std::size_t line_begin = std::string_view::npos;
    while (position_ < text_.size() && is_blank(here())) {
      if (here() == '\n') line_begin = position_ + 1;
      ++position_;
    }
    if (code_.empty()) return;
    while (is_blank(code_.back())) code_.pop_back();
    if (python_ && line_begin != std::string_view::npos) {
      code_ += '\n';
      code_ += text_.substr(line_begin, position_ - line_begin);
    } else {
      code_ += ' ';
    }
  }

  bool comment() {
    if (python_ ? at("#") : at("//")) {
      position_ = std::min(text_.find('\n', position_), text_.size());
      return true;
    }
    if (!python_ && at("/*")) {
      const std::size_t end = text_.find("*/", position_ + 2);
      position_ = end == std::string_view::npos ? text_.size() : end + 2;
      code_ += ' ';
      return true;
    }
    return false;
  }

  bool string() {
    const char quote = here();
    if (quote != '"' && quote != '\'') return false;
    if (python_ && (at(R"(""")") || at("'''"))) {
      take_until(text_.substr(position_, 3), 3);
    } else if (!python_ && quote == '"' && position_ > 0 && text_[position_ - 1] == 'R') {
      const std::size_t open = text_.find('(', position_);
      if (open == std::string_view::npos) return take_rest();
      const std::string end =
          ")" + std::string(text_.substr(position_ + 1, open - position_ - 1)) + "\"";
      take_raw(end);
    } else {
      take_until(text_.substr(position_, 1), 1);
    }
    return true;
  }

  // To the closing quote, escapes passed over; a one-character quote also ends at the line's end.
  void take_until(std::string_view close, std::size_t begin) {
    std::size_t end = position_ + begin;
    while (end < text_.size() && !text_.substr(end).starts_with(close)) {
      if (close.size() == 1 && text_[end] == '\n') break;
      end += text_[end] == '\\' ? 2 : 1;
    }
    take(std::min(end + close.size(), text_.size()));
  }
  void take_raw(std::string_view close) {
    const std::size_t end = text_.find(close, position_);
    take(end == std::string_view::npos ? text_.size() : end + close.size());
  }
  bool take_rest() {
    take(text_.size());
    return true;
  }
  void take(std::size_t end) {
    code_ += text_.substr(position_, end - position_);
    position_ = end;
  }

  const bool python_;
  const bool comments_;
  const std::string_view text_;
  const outline::Range skip_;
  std::size_t position_ = 0;
  std::string code_;
};

}  // namespace

std::string significant_code(outline::Language language, std::string_view text,
                             std::optional<outline::Range> documentation) {
  return Reducer(language, text, documentation.value_or(outline::Range{})).run();
}

Fingerprint fingerprint(outline::Language language, std::string_view source,
                        const outline::Definition& definition, std::string_view context) {
  const outline::Range body = definition.body;
  std::optional<outline::Range> documentation;
  if (definition.doc_range && definition.doc_range->begin >= body.begin &&
      definition.doc_range->end <= body.end) {
    documentation = outline::Range{definition.doc_range->begin - body.begin,
                                   definition.doc_range->end - body.begin};
  }
  return {.body = sha256(significant_code(
              language, source.substr(body.begin, body.end - body.begin), documentation)),
          .interface =
              sha256_of({outline::name(definition.kind), definition.symbol, definition.signature}),
          .context = sha256(context)};
}

}  // namespace docwright::pipeline
