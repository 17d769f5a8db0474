#include "providers/offline/existing_doc.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>

#include "providers/offline/doc_lines.h"
#include "runtime/characters.h"

namespace docwright::providers::offline {
namespace {

enum class Section { prose, parameters, returns, yields, raises, other };

struct Heading {
  std::string_view word;
  Section section;
};
constexpr std::array kHeadings = {
    Heading{"args", Section::parameters},
    Heading{"arguments", Section::parameters},
    Heading{"parameters", Section::parameters},
    Heading{"params", Section::parameters},
    Heading{"keyword args", Section::parameters},
    Heading{"keyword arguments", Section::parameters},
    Heading{"other parameters", Section::parameters},
    Heading{"returns", Section::returns},
    Heading{"return", Section::returns},
    Heading{"yields", Section::yields},
    Heading{"yield", Section::yields},
    Heading{"raises", Section::raises},
    Heading{"exceptions", Section::raises},
    Heading{"example", Section::other},
    Heading{"examples", Section::other},
    Heading{"attributes", Section::other},
    Heading{"note", Section::other},
    Heading{"notes", Section::other},
    Heading{"see also", Section::other},
    Heading{"references", Section::other},
    Heading{"warnings", Section::other},
    Heading{"todo", Section::other},
};

// Tags of Sphinx (":param x:") and Doxygen ("@param x"), without their mark.
constexpr std::array kTags = {
    Heading{"param", Section::parameters},  Heading{"parameter", Section::parameters},
    Heading{"arg", Section::parameters},    Heading{"argument", Section::parameters},
    Heading{"key", Section::parameters},    Heading{"keyword", Section::parameters},
    Heading{"tparam", Section::parameters}, Heading{"returns", Section::returns},
    Heading{"return", Section::returns},    Heading{"retval", Section::returns},
    Heading{"result", Section::returns},    Heading{"yields", Section::yields},
    Heading{"yield", Section::yields},      Heading{"raises", Section::raises},
    Heading{"raise", Section::raises},      Heading{"except", Section::raises},
    Heading{"exception", Section::raises},  Heading{"throws", Section::raises},
    Heading{"throw", Section::raises},      Heading{"brief", Section::prose},
    Heading{"short", Section::prose},       Heading{"details", Section::prose},
};

std::optional<Section> section_of(std::span<const Heading> table, std::string_view word) {
  const std::string wanted = lower(word);
  for (const Heading& heading : table) {
    if (heading.word == wanted) return heading.section;
  }
  return std::nullopt;
}

std::string_view take_word(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  return word;
}

// "*args", "`path`", "path," -> "args", "path".
std::string bare_name(std::string_view name) {
  while (!name.empty() && std::string_view("*`'\"&").contains(name.front())) name.remove_prefix(1);
  while (!name.empty() && std::string_view("`'\",:").contains(name.back())) name.remove_suffix(1);
  return std::string(name);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : lines_(doc_lines(text)) {}

  ExistingDoc read() {
    for (at_ = 0; at_ < lines_.size(); ++at_) {
      const DocLine& line = lines_[at_];
      if (!heading(line) && !tag(line)) content(line);
    }
    split_prose();
    for (auto* entries : {&doc_.parameters, &doc_.raises}) {
      for (auto& [name, words] : *entries) words = squeezed(words);
    }
    doc_.returns = squeezed(doc_.returns);
    doc_.yields = squeezed(doc_.yields);
    return std::move(doc_);
  }

 private:
  // "Args:" alone on a line, or "Parameters" above a line of dashes.
  bool heading(const DocLine& line) {
    std::string_view word = line.text;
    const bool underlined = at_ + 1 < lines_.size() && lines_[at_ + 1].text.starts_with("---");
    if (word.ends_with(':')) {
      word.remove_suffix(1);
    } else if (!underlined) {
      return false;
    }
    const auto section = section_of(kHeadings, word);
    if (!section) return false;
    enter(*section, line.indent, underlined);
    if (underlined) ++at_;
    return true;
  }

  bool tag(const DocLine& line) {
    std::string_view rest = line.text;
    if (rest.empty()) return false;
    const char mark = rest.front();
    if (mark != ':' && mark != '@' && mark != '\\') return false;
    rest.remove_prefix(1);
    return mark == ':' ? sphinx(rest, line) : doxygen(rest, line);
  }

  // "param int size: how many", "returns: what", "raises ValueError: when"
  bool sphinx(std::string_view rest, const DocLine& line) {
    const std::size_t colon = rest.find(':');
    if (colon == rest.npos) return false;
    std::string_view field = rest.substr(0, colon);
    const std::string_view words = rest.substr(colon + 1);
    const auto section = section_of(kTags, take_word(field));
    enter(section.value_or(Section::other), line.indent, false);
    const std::size_t last = field.rfind(' ');
    begin_entry(bare_name(last == field.npos ? field : field.substr(last + 1)), words);
    return true;
  }

  // "param[in] size how many", "throws std::error when"
  bool doxygen(std::string_view rest, const DocLine& line) {
    std::string_view word = take_word(rest);
    word = word.substr(0, word.find('['));
    const auto section = section_of(kTags, word);
    enter(section.value_or(Section::other), line.indent, false);
    const bool named =
        section_ == Section::parameters || section_ == Section::raises || word == "retval";
    const std::string name = named ? bare_name(take_word(rest)) : std::string();
    if (section_ == Section::prose) {
      prose_.emplace_back(rest);
    } else {
      begin_entry(name, rest);
    }
    return true;
  }

  void enter(Section section, std::size_t indent, bool numpy) {
    section_ = section;
    heading_indent_ = indent;
    entry_indent_ = 0;
    numpy_ = numpy;
    tagged_ = false;
    entry_ = nullptr;
  }

  void begin_entry(const std::string& name, std::string_view words) {
    tagged_ = true;
    select(name);
    if (entry_ != nullptr) entry_->append(words).append(" ");
  }

  void select(const std::string& name) {
    switch (section_) {
      case Section::parameters:
        entry_ = &doc_.parameters[name];
        break;
      case Section::raises:
        entry_ = &doc_.raises[name];
        break;
      case Section::returns:
        entry_ = &doc_.returns;
        break;
      case Section::yields:
        entry_ = &doc_.yields;
        break;
      default:
        entry_ = nullptr;
    }
  }

  void content(const DocLine& line) {
    if (line.text.find_first_not_of('-') == line.text.npos && line.text.size() >= 3)
      return;  // a rule
    if (line.text.empty()) {
      if (tagged_) enter(Section::prose, 0, false);
      if (section_ == Section::prose) prose_.emplace_back();
      return;
    }
    // Prose that stands no deeper than the heading ends a Google section.
    if (section_ != Section::prose && !tagged_ && !numpy_ && line.indent <= heading_indent_) {
      enter(Section::prose, 0, false);
    }
    switch (section_) {
      case Section::prose:
        prose_.push_back(line.text);
        return;
      case Section::parameters:
      case Section::raises:
        if (!tagged_) return listed(line);
        break;
      case Section::returns:
      case Section::yields:
        select({});
        break;
      case Section::other:
        return;
    }
    if (entry_ != nullptr) entry_->append(line.text).append(" ");
  }

  // An entry begins at the section's own indentation: "name (type): words", or NumPy's "name :
  // type".
  void listed(const DocLine& line) {
    if (entry_ == nullptr || line.indent <= entry_indent_) {
      std::string_view rest = line.text;
      std::string_view name = rest.substr(0, rest.find_first_of(" (:"));
      const std::size_t colon = rest.find(": ", name.size()) != rest.npos
                                    ? rest.find(": ", name.size())
                                    : (rest.ends_with(':') ? rest.size() - 1 : rest.npos);
      entry_indent_ = line.indent;
      select(bare_name(name));
      if (!numpy_ && colon != rest.npos) entry_->append(rest.substr(colon + 1)).append(" ");
      return;
    }
    entry_->append(line.text).append(" ");
  }

  void split_prose() {
    std::vector<std::string> paragraphs(1);
    for (const std::string& line : prose_) {
      if (line.empty()) {
        if (!paragraphs.back().empty()) paragraphs.emplace_back();
      } else {
        paragraphs.back().append(line).append(" ");
      }
    }
    const std::string first = squeezed(paragraphs.front());
    const std::size_t end = std::min(sentence_end(first), first.size());
    doc_.summary = first.substr(0, end);
    doc_.description = squeezed(std::string_view(first).substr(end));
    for (std::size_t i = 1; i < paragraphs.size(); ++i) {
      const std::string paragraph = squeezed(paragraphs[i]);
      if (paragraph.empty()) continue;
      if (!doc_.description.empty()) doc_.description += "\n\n";
      doc_.description += paragraph;
    }
  }

  const std::vector<DocLine> lines_;
  std::size_t at_ = 0;
  ExistingDoc doc_;
  std::vector<std::string> prose_;
  Section section_ = Section::prose;
  std::size_t heading_indent_ = 0, entry_indent_ = 0;
  bool numpy_ = false;
  bool tagged_ = false;  // within a Sphinx or Doxygen tag: an empty line ends it
  std::string* entry_ = nullptr;
};

}  // namespace

ExistingDoc read_existing(std::string_view text) {
  return Reader(text).read();
}

}  // namespace docwright::providers::offline
