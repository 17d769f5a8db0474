// Python's own parser says the same of Python's own library.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "outline/outline.h"
#include "tests/support/real_sources.h"

namespace docwright::outline {
namespace {

using test::RealSource;

// Layout says nothing: comments are dropped from our texts, and ast keeps them.
std::string without_layout(const std::string& text) {
  std::string words;
  bool comment = false;
  char quote = 0;
  for (const char c : text) {
    if (c == '\n') comment = false;
    if (comment) continue;
    if (quote == 0 && c == '#') {
      comment = true;
      continue;
    }
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote == c) {
      quote = 0;
    }
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\\' && c != '\f') words += c;
  }
  return words;
}

std::string parameters_text(const std::vector<Parameter>& parameters) {
  std::string text;
  for (const Parameter& parameter : parameters) {
    text += fmt::format("{} {}:{}={};", parameter.kind, parameter.name,
                        without_layout(parameter.type), without_layout(parameter.default_value));
  }
  return text;
}

// Comments that end a body belong to it, for us; ast ends with the last statement.
std::uint32_t end_of_code(Range body, std::string_view source) {
  for (;;) {
    while (body.end > body.begin && std::string_view(" \t\r\n\f").contains(source[body.end - 1]))
      --body.end;
    const std::size_t line = source.rfind('\n', body.end - 1) + 1;
    if (source[source.find_first_not_of(" \t", line)] != '#') return body.end;
    body.end = static_cast<std::uint32_t>(line);
  }
}

// All that both say of a definition, on one line.
std::string facts_text(const Definition& definition, std::string_view source) {
  const auto line = [&](std::uint32_t byte) {
    return 1 + std::count(source.begin(), source.begin() + byte, '\n');
  };
  const bool async = std::ranges::find(definition.flags, "async") != definition.flags.end();
  const std::string symbol = definition.symbol.substr(0, definition.symbol.find('~'));
  std::string text =
      fmt::format("{} {} {} lines {}-{} documented {}", name(definition.kind), definition.name,
                  symbol, line(definition.body.begin),
                  line(end_of_code(definition.body, source) - 1), definition.doc_range.has_value());
  if (definition.kind == Kind::class_) return text;
  return text + fmt::format(" ({}) -> {} returns {} yields {} async {} raises {}",
                            parameters_text(definition.parameters),
                            without_layout(definition.return_type.value_or("-")),
                            definition.returns_value, definition.yields, async,
                            fmt::join(definition.raises, ","));
}

std::string facts_text(const Json& facts) {
  std::string text = fmt::format("{} {} {} lines {}-{} documented {}",
                                 facts["kind"].get<std::string>(), facts["name"].get<std::string>(),
                                 facts["symbol"].get<std::string>(), facts["line"].get<int>(),
                                 facts["end_line"].get<int>(), facts["documented"].get<bool>());
  if (facts["kind"] == "class") return text;
  std::vector<Parameter> parameters;
  for (const Json& item : facts["parameters"]) {
    parameters.push_back({.name = item["name"].get<std::string>(),
                          .type = item["type"].get<std::string>(),
                          .default_value = item["default"].get<std::string>(),
                          .kind = item["kind"].get<std::string>()});
  }
  const std::string type =
      facts["return_type"].is_null() ? "-" : facts["return_type"].get<std::string>();
  return text + fmt::format(" ({}) -> {} returns {} yields {} async {} raises {}",
                            parameters_text(parameters), without_layout(type),
                            facts["returns_value"].get<bool>(), facts["yields"].get<bool>(),
                            facts["async"].get<bool>(),
                            fmt::join(facts["raises"].get<std::vector<std::string>>(), ","));
}

// One line of JSON for each file.
std::vector<std::string> ask_python(const std::vector<RealSource>& sources) {
  std::string command =
      "python3 -W ignore '" DOCWRIGHT_SOURCE_DIR "/tests/support/python_facts.py'";
  for (const RealSource& source : sources) command += " '" + source.path.string() + "'";
  std::vector<std::string> lines;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return lines;
  std::string text;
  std::array<char, 65536> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    text.append(buffer.data(), got);
  pclose(pipe);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(PythonCrossCheckTest, PythonsOwnParserAgrees) {
  const std::filesystem::path library = test::python_library();
  if (library.empty()) GTEST_SKIP() << "python3 is not installed";
  std::vector<RealSource> sources;
  for (const char* package : {"json",   "email",     "asyncio", "collections",     "concurrent",
                              "http",   "importlib", "logging", "multiprocessing", "unittest",
                              "urllib", "xml",       "ctypes",  "encodings",       "dbm",
                              "curses", "html",      "re",      "sqlite3",         "wsgiref"}) {
    for (RealSource& source : test::sources_below(library / package, ".py"))
      sources.push_back(std::move(source));
  }
  for (const char* module :
       {"argparse.py", "ast.py", "dataclasses.py", "datetime.py", "decimal.py", "difflib.py",
        "enum.py", "functools.py", "inspect.py", "optparse.py", "pathlib.py", "pickle.py",
        "shutil.py", "subprocess.py", "tarfile.py", "threading.py", "typing.py", "zipfile.py"}) {
    if (std::filesystem::exists(library / module))
      sources.push_back({library / module, test::read_file(library / module)});
  }
  const std::vector<std::string> answers = ask_python(sources);
  ASSERT_EQ(answers.size(), sources.size());
  std::size_t compared = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Json facts = Json::parse(answers[i]);
    if (facts.is_null()) continue;
    SCOPED_TRACE(sources[i].path.string());
    const Outline outline = outline_source(Language::python, sources[i].text);
    std::vector<std::string> ours, theirs;
    for (const Definition& definition : outline.definitions)
      ours.push_back(facts_text(definition, sources[i].text));
    for (const Json& definition : facts) theirs.push_back(facts_text(definition));
    EXPECT_EQ(ours.size(), theirs.size());
    for (std::size_t at = 0; at < std::min(ours.size(), theirs.size()); ++at)
      EXPECT_EQ(ours[at], theirs[at]);
    compared += theirs.size();
  }
  EXPECT_GT(compared, 5000u);
  RecordProperty("definitions", std::to_string(compared));
}

}  // namespace
}  // namespace docwright::outline
