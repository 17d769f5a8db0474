#include "pipeline/parse/mender.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace docwright::pipeline {
namespace {

constexpr int kDepthMax = 64;
// Look-ups in an ordered object are linear: what no answer needs would cost its square.
constexpr std::size_t kMembersMax = 512;

constexpr std::array kSmartQuotes = {std::string_view("“"), std::string_view("”"),
                                     std::string_view("„"), std::string_view("‟")};

void append_code_point(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | (code >> 18));
    text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// Four hexadecimal digits, or -1.
std::int32_t hex4(std::string_view digits) {
  if (digits.size() < 4) return -1;
  std::int32_t value = 0;
  for (const char c : digits.substr(0, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

}  // namespace

std::string_view name(Repair repair) {
  switch (repair) {
    case Repair::thinking:
      return "removed the thinking before the answer";
    case Repair::fence:
      return "removed a code fence";
    case Repair::prose:
      return "removed words around the JSON";
    case Repair::string_wrapped:
      return "unwrapped JSON from a string";
    case Repair::trailing_comma:
      return "removed a surplus comma";
    case Repair::raw_control:
      return "escaped a control character in a string";
    case Repair::bad_escape:
      return "replaced an invalid escape";
    case Repair::smart_quotes:
      return "replaced typographic quotes";
    case Repair::python_literal:
      return "replaced True, False or None";
    case Repair::duplicate_key:
      return "kept the last of equal keys";
    case Repair::closed:
      return "closed what a cut text left open";
  }
  std::abort();
}

bool Mender::read(std::size_t begin, Json& into) {
  at_ = begin;
  cut_ = false;
  repairs_.clear();
  failure_.clear();
  return value(into, 0);
}

bool Mender::value(Json& into, int depth) {
  if (depth > kDepthMax) return fail("nested too deeply");
  skip_blanks();
  if (at_end()) return close_cut();
  const char c = text_[at_];
  if (c == '{') return object(into, depth);
  if (c == '[') return array(into, depth);
  if (quote_at(at_, true) == 0) return literal_or_number(into);
  std::string text;
  if (!string(text)) return false;
  into = std::move(text);
  return true;
}

bool Mender::object(Json& into, int depth) {
  into = Json::object();
  ++at_;
  for (bool first = true;; first = false) {
    skip_blanks();
    if (at_end()) return close_cut();
    if (take('}')) return true;
    if (!first) {
      if (!take(',')) return fail("expected ',' or '}'");
      skip_blanks();
      if (at_end()) return close_cut();
      if (take('}')) {
        note(Repair::trailing_comma);
        return true;
      }
    }
    if (!member(into, depth)) return false;
    if (cut_) return true;
  }
}

// A member that the cut went through is kept only where its value was begun as an object or a list:
// half a text is no text.
bool Mender::member(Json& into, int depth) {
  std::string key;
  if (quote_at(at_, true) == 0) return fail("expected a name in quotes");
  if (!string(key)) return false;
  if (cut_) return true;
  skip_blanks();
  if (at_end()) return close_cut();
  if (!take(':')) return fail("expected ':'");
  Json item;
  if (!value(item, depth + 1)) return false;
  if (cut_ && !item.is_structured()) return true;
  if (into.contains(key)) note(Repair::duplicate_key);
  if (into.size() == kMembersMax) return fail("an object with too many members");
  into[key] = std::move(item);
  return true;
}

bool Mender::array(Json& into, int depth) {
  into = Json::array();
  ++at_;
  for (bool first = true;; first = false) {
    skip_blanks();
    if (at_end()) return close_cut();
    if (take(']')) return true;
    if (!first) {
      if (!take(',')) return fail("expected ',' or ']'");
      skip_blanks();
      if (at_end()) return close_cut();
      if (take(']')) {
        note(Repair::trailing_comma);
        return true;
      }
    }
    Json item;
    if (!value(item, depth + 1)) return false;
    if (!cut_ || item.is_structured()) into.push_back(std::move(item));
    if (cut_) return true;
  }
}

bool Mender::string(std::string& into) {
  std::size_t quote = quote_at(at_, true);
  const bool smart = quote > 1;
  if (smart) note(Repair::smart_quotes);
  at_ += quote;
  while (!at_end()) {
    const char c = text_[at_];
    // What was opened by a plain quote is closed by one only: typographic ones within it are
    // content.
    if (c == '"' || (smart && quote_at(at_, false) > 0)) {
      at_ += c == '"' ? 1 : quote_at(at_, false);
      return true;
    }
    if (c == '\\') {
      if (!escape(into)) return false;
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x20) note(Repair::raw_control);
    into += c;
    ++at_;
  }
  return close_cut();
}

bool Mender::escape(std::string& into) {
  if (at_ + 1 >= text_.size()) {
    at_ = text_.size();
    return true;  // the string ends in the cut
  }
  const char c = text_[at_ + 1];
  constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
  if (c == 'u') return unicode_escape(into);
  at_ += 2;
  if (const std::size_t index = kNames.find(c); index != kNames.npos) {
    into += kValues[index];
    return true;
  }
  note(Repair::bad_escape);
  into += '\\';  // what was meant was most likely a backslash: \d, \s, C:\path
  --at_;  // the character itself may be the half of something: a line break, a multi-byte character
  return true;
}

bool Mender::unicode_escape(std::string& into) {
  const std::int32_t first = hex4(text_.substr(at_ + 2));
  if (first < 0) {
    note(Repair::bad_escape);
    into += '\\';
    ++at_;
    return true;
  }
  at_ += 6;
  if (first < 0xD800 || first > 0xDFFF) {
    append_code_point(into, static_cast<std::uint32_t>(first));
    return true;
  }
  if (first < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
    const std::int32_t second = hex4(text_.substr(at_ + 2));
    if (second >= 0xDC00 && second <= 0xDFFF) {
      at_ += 6;
      append_code_point(
          into, static_cast<std::uint32_t>(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)));
      return true;
    }
  }
  note(Repair::bad_escape);
  append_code_point(into, 0xFFFD);
  return true;
}

bool Mender::literal_or_number(Json& into) {
  const std::size_t begin = at_;
  const auto part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '+' || c == '.';
  };
  // The longest literal is a number; longer words are not looked at, so that time stays linear.
  while (!at_end() && at_ - begin < 64 && part(text_[at_])) ++at_;
  if (at_end()) return close_cut();  // it may go on
  const std::string_view word = text_.substr(begin, at_ - begin);
  if (word == "True" || word == "False" || word == "None") {
    note(Repair::python_literal);
    into = word == "None" ? Json() : Json(word == "True");
    return true;
  }
  Json parsed = word.empty() ? Json(Json::value_t::discarded) : Json::parse(word, nullptr, false);
  if (parsed.is_discarded()) {
    at_ = std::max(begin, at_ - (word.empty() ? 0 : 1));
    return fail("expected a value");
  }
  into = std::move(parsed);
  return true;
}

void Mender::skip_blanks() {
  while (!at_end()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++at_;
    } else if (text_.substr(at_).starts_with("\xC2\xA0")) {  // no-break space
      at_ += 2;
    } else if (text_.substr(at_).starts_with("\xE2\x80\x8B") ||
               text_.substr(at_).starts_with("\xEF\xBB\xBF")) {
      at_ += 3;  // zero-width space, byte order mark
    } else {
      return;
    }
  }
}

bool Mender::take(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

// Length of the quote there, 0 if there is none.
std::size_t Mender::quote_at(std::size_t at, bool opening) const {
  if (at >= text_.size()) return 0;
  if (text_[at] == '"') return 1;
  const std::string_view rest = text_.substr(at, 3);
  for (const std::string_view quote : kSmartQuotes) {
    if (rest == quote && (opening || quote != kSmartQuotes[2])) return quote.size();
  }
  return 0;
}

bool Mender::close_cut() {
  cut_ = true;
  note(Repair::closed);
  return true;
}

bool Mender::fail(std::string message) {
  if (failure_.empty()) failure_ = std::move(message);
  return false;
}

void Mender::note(Repair repair) {
  if (std::ranges::find(repairs_, repair) == repairs_.end()) repairs_.push_back(repair);
}

}  // namespace docwright::pipeline
