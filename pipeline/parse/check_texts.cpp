// S01 to S04: the words themselves.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "pipeline/parse/rule.h"
#include "runtime/characters.h"

namespace docwright::pipeline {
namespace {

constexpr std::size_t kSummaryCharacters = 120;
constexpr std::size_t kSummaryCharactersMax = 160;  // of the record's schema

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

bool ends_sentence(std::string_view text) {
  for (const std::string_view mark : {".", "!", "?", "。", "！", "？", "।", "։", "۔"}) {
    if (text.ends_with(mark)) return true;
  }
  return false;
}

// Where the first sentence ends: a full stop, a blank, an upper-case letter. "e.g. the" and "3.5"
// do not match.
std::size_t first_sentence(std::string_view text) {
  for (std::size_t at = text.find(". "); at != text.npos; at = text.find(". ", at + 1)) {
    if (at + 2 >= text.size() || text[at + 2] < 'A' || text[at + 2] > 'Z') continue;
    const std::size_t word = text.find_last_of(" (", at) + 1;  // npos + 1 is 0
    if (at - word <= 1 || text.substr(word, at - word).contains('.'))
      continue;  // "e.g. I", "J. Doe"
    return at + 1;
  }
  return text.size();
}

// At most `most` characters, cut between words.
std::string shortened(std::string_view text, std::size_t most) {
  std::size_t end = 0, count = 0;
  while (end < text.size() && count < most - 1) {
    ++end;
    while (end < text.size() && is_continuation(text[end])) ++end;
    ++count;
  }
  const std::size_t blank = text.substr(0, end).rfind(' ');
  if (blank != text.npos && blank > end / 2) end = blank;
  return std::string(text.substr(0, end)) + "…";
}

void prepend(std::string& description, std::string_view text) {
  description = description.empty() ? std::string(text) : std::string(text) + "\n\n" + description;
}

// S01, and the record's own limit, which holds whatever is switched off.
void summary_is_a_sentence(Checking& checking) {
  std::string& summary = checking.doc.summary;
  summary = one_line(summary);
  if (summary.empty()) return;  // S04 says so
  if (checking.may_repair()) {
    if (const std::size_t end = first_sentence(summary); end < summary.size()) {
      prepend(checking.doc.description, summary.substr(end + 1));
      summary.resize(end);
      checking.mended(
          "S01", "/summary",
          "the summary has several sentences; the further ones moved to the description");
    }
    if (!ends_sentence(summary)) {
      summary += '.';
      checking.mended("S01", "/summary", "the summary does not end with a full stop; added");
    }
  } else if (!ends_sentence(summary) || first_sentence(summary) < summary.size()) {
    checking.found("S01", "/summary", "the summary is not one sentence that ends with a full stop");
  }
  const std::size_t length = count_characters(summary);
  if (length > kSummaryCharactersMax) {
    prepend(checking.doc.description, summary);
    summary = shortened(summary, kSummaryCharactersMax);
    checking.mended(
        "S01", "/summary",
        fmt::format("the summary has {} characters; the whole moved to the description", length));
  } else if (length > kSummaryCharacters) {
    checking.found(
        "S01", "/summary",
        fmt::format("the summary has {} characters, more than {}", length, kSummaryCharacters));
  }
}

using Words = std::vector<std::string>;

// Lower-case words; letters beyond ASCII count as letters.
Words words_of(std::string_view text, std::size_t most = 20'000) {
  Words words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : text) {
    if (words.size() == most) return words;
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) {
      word += c;
    } else if (c >= 'A' && c <= 'Z') {
      word += static_cast<char>(c - 'A' + 'a');
    } else if (c != '\'') {
      finish();
    }
  }
  finish();
  return words;
}

// HTTPServer.max_retries2: http, server, max, retries.
void add_parts(std::string_view name, std::unordered_set<std::string>& parts) {
  std::string spaced;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool upper = name[i] >= 'A' && name[i] <= 'Z';
    const bool after_lower = i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    const bool before_lower =
        i > 0 && i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    if (upper && (after_lower || before_lower)) spaced += ' ';
    spaced += name[i];
  }
  for (std::string& word : words_of(spaced)) parts.insert(std::move(word));
}

// A rough stem: gets, getting, retries and get, get, retry.
std::string stem(std::string_view word) {
  const auto without = [&](std::string_view end, std::string_view instead) -> std::string {
    return std::string(word.substr(0, word.size() - end.size())) + std::string(instead);
  };
  if (word.size() > 4 && word.ends_with("ies")) return without("ies", "y");
  if (word.size() > 5 && word.ends_with("ing")) return without("ing", "");
  if (word.size() > 4 && word.ends_with("ed")) return without("ed", "");
  if (word.size() > 3 && word.ends_with("s") && !word.ends_with("ss")) return without("s", "");
  return std::string(word);
}

bool is_filler(std::string_view word) {
  constexpr std::array<std::string_view, 58> kFillers = {
      "a",         "an",        "and",     "are",      "as",          "at",       "be",
      "by",        "call",      "class",   "code",     "constructor", "data",     "default",
      "do",        "does",      "for",     "from",     "function",    "get",      "given",
      "handle",    "implement", "in",      "instance", "is",          "it",       "its",
      "method",    "module",    "object",  "of",       "on",          "one",      "or",
      "operation", "parameter", "perform", "provide",  "represent",   "return",   "set",
      "some",      "specified", "that",    "the",      "these",       "thi",      "this",
      "to",        "type",      "use",     "used",     "value",       "variable", "which",
      "will",      "with"};
  return std::ranges::find(kFillers, word) != kFillers.end();
}

// The words of which the target's name and its parameters' names are made, in lower case.
std::unordered_set<std::string> names_of(const outline::Definition& target) {
  std::unordered_set<std::string> parts;
  add_parts(target.symbol, parts);
  for (const outline::Parameter& parameter : target.parameters) add_parts(parameter.name, parts);
  return parts;
}

// S02: at least one word of content that the names do not say already.
void says_more_than_the_names(Checking& checking) {
  std::unordered_set<std::string> stems;
  for (const std::string& part : names_of(checking.target)) stems.insert(stem(part));
  for (const std::string& word : words_of(checking.doc.summary + " " + checking.doc.description)) {
    const std::string root = stem(word);
    if (word.size() > 1 && !is_filler(word) && !is_filler(root) && !stems.contains(root)) return;
  }
  checking.found("S02", "/summary", "the text says nothing that the names do not say");
}

// In lower case, a blank for everything that is not of a word: words on both sides of a full stop
// are two blanks apart.
std::string plain_words(std::string_view text) {
  std::string plain = " ";
  for (const char c : one_line(text)) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' ||
                      static_cast<unsigned char>(c) >= 0x80;
    plain += upper ? static_cast<char>(c - 'A' + 'a') : kept ? c : ' ';
  }
  plain += ' ';
  return plain;
}

// The first phrase of a conversation in it; empty: none.
std::string_view conversation_in(std::string_view plain) {
  constexpr std::array<std::string_view, 3> kOpenings = {" certainly ", " sure ", " of course "};
  constexpr std::array<std::string_view, 27> kPhrases = {" let me know ",
                                                         " the provided code ",
                                                         " the given code ",
                                                         " the code provided ",
                                                         " the code you ",
                                                         " the code snippet ",
                                                         " you provided ",
                                                         " as an ai ",
                                                         " as requested ",
                                                         " as a language model ",
                                                         " hope this helps ",
                                                         " feel free to ",
                                                         " here is the ",
                                                         " here's the ",
                                                         " here are the ",
                                                         " i'm sorry ",
                                                         " i cannot ",
                                                         " i can't ",
                                                         " i am ",
                                                         " i'm ",
                                                         " i will ",
                                                         " i'll ",
                                                         " i have ",
                                                         " i've ",
                                                         " i would ",
                                                         " i think ",
                                                         " your code "};
  for (const std::string_view opening : kOpenings) {
    if (plain.starts_with(opening)) return opening;
  }
  for (const std::string_view phrase : kPhrases) {
    if (plain.contains(phrase)) return phrase;
  }
  return {};
}

// S03. "The given code" is the talk of an assistant, but not where a parameter is called `code`.
void is_about_the_code(Checking& checking, std::string_view path, std::string_view text) {
  const std::string plain = plain_words(text);
  const std::string_view phrase = conversation_in(plain);
  if (phrase.empty()) return;
  if (phrase.contains(" code ") && names_of(checking.target).contains("code")) return;
  checking.found("S03", path,
                 fmt::format("the text speaks to somebody (\"{}\") instead of about the code",
                             phrase.substr(1, phrase.size() - 2)));
}

// S04. A group of up to eight words five times in a row, or one character a hundred times.
bool repeats_itself(std::string_view text) {
  constexpr std::size_t kGroup = 8, kTimes = 5, kCharacters = 100;
  std::size_t run = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    run = text[i] == text[i - 1] ? run + 1 : 1;
    if (run >= kCharacters) return true;
  }
  const Words words = words_of(text);
  for (std::size_t group = 1; group <= kGroup; ++group) {
    std::size_t same = 0;
    for (std::size_t i = group; i < words.size(); ++i) {
      same = words[i] == words[i - group] ? same + 1 : 0;
      if (same >= group * (kTimes - 1)) return true;
    }
  }
  return false;
}

}  // namespace

void check_texts(Checking& checking) {
  Draft& doc = checking.doc;
  summary_is_a_sentence(checking);
  if (!doc.summary.empty()) says_more_than_the_names(checking);
  is_about_the_code(checking, "/summary", doc.summary);
  is_about_the_code(checking, "/description", doc.description);
  is_about_the_code(checking, "/returns", doc.returns);

  if (doc.summary.empty()) checking.found("S04", "/summary", "the summary is empty");
  if (checking.subject.truncated)
    checking.found("S04", "", "the answer ended within this document");
  if (repeats_itself(doc.summary)) checking.found("S04", "/summary", "the text repeats itself");
  if (repeats_itself(doc.description))
    checking.found("S04", "/description", "the text repeats itself");
}

}  // namespace docwright::pipeline
