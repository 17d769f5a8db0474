#include <algorithm>
#include <optional>

#include "outline/cfamily/tokens.h"
#include "outline/outline.h"

namespace docwright::outline {
namespace {

// Enough of a file to see what it is.
constexpr std::size_t kLook = 64 * 1024;

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::string_view extension(std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);
  const std::size_t dot = file.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : file.substr(dot + 1);
}

template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!visit(line)) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// #include <vector>: a header of the C++ library has no extension.
bool includes_cpp(std::string_view directive) {
  if (cfamily::directive_name(directive) != "include") return false;
  const std::string_view header = cfamily::directive_rest(directive);
  return header.starts_with('<') && !header.contains('.') && !header.contains('/');
}

// Words that only C++ puts next to each other; C has variables named class and template.
bool is_cpp(std::string_view source, const std::vector<cfamily::Token>& tokens, std::size_t i) {
  using Kind = cfamily::Token::Kind;
  const auto text = [&](std::size_t at) {
    return at < tokens.size() ? source.substr(tokens[at].range.begin,
                                              tokens[at].range.end - tokens[at].range.begin)
                              : std::string_view();
  };
  const std::string_view word = text(i);
  if (tokens[i].kind == Kind::directive) return includes_cpp(word);
  if (word == "::") return true;
  if (word == "template") return text(i + 1) == "<";
  if (one_of(word, {"public", "protected", "private"})) return text(i + 1) == ":";
  return one_of(word, {"class", "namespace", "using", "constexpr", "virtual"}) &&
         i + 1 < tokens.size() && tokens[i + 1].kind == Kind::word;
}

bool looks_like_cpp(std::string_view source) {
  source = source.substr(0, kLook);
  if (source.substr(0, source.find('\n')).contains("-*- C++ -*-")) return true;
  const std::vector<cfamily::Token> tokens = cfamily::tokens_of(source);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (is_cpp(source, tokens, i)) return true;
  }
  return false;
}

std::optional<Language> by_content(std::string_view source) {
  const std::string_view first = source.substr(0, source.find('\n'));
  if (first.starts_with("#!")) return first.contains("python") ? Language::python : Language::other;
  if (first.contains("-*- C++ -*-")) return Language::cpp;
  bool includes = false;
  for_each_line(source.substr(0, kLook), [&](std::string_view line) {
    includes = line.starts_with("#include <") || line.starts_with("#include \"");
    return !includes;
  });
  if (includes) return looks_like_cpp(source) ? Language::cpp : Language::c;
  return std::nullopt;
}

}  // namespace

Language language_of(std::string_view path, std::string_view source) {
  const std::string_view end = extension(path);
  if (one_of(end, {"py", "pyi", "pyw"})) return Language::python;
  if (end == "c") return Language::c;
  if (one_of(end, {"cc", "cpp", "cxx", "c++", "C", "hh", "hpp", "hxx", "h++", "H", "ipp", "inl",
                   "tcc", "tpp", "txx", "cppm", "ixx"})) {
    return Language::cpp;
  }
  if (end == "h") return looks_like_cpp(source) ? Language::cpp : Language::c;
  if (!end.empty()) return Language::other;
  return by_content(source).value_or(Language::other);
}

}  // namespace docwright::outline
