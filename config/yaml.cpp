#include "config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <istream>
#include <optional>
#include <streambuf>

#include "runtime/text.h"

namespace docwright::config {
namespace {

// Ends the parse from within yaml-cpp; caught in parse_yaml().
struct Refusal {
  Mark mark;
  std::string message;
};

// Builds the tree from yaml-cpp's events. Only the innermost open list or map is ever written to.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::shared_ptr<const std::string> source, std::string_view text,
          const YamlLimits& limits)
      : source_(std::move(source)), text_(text), limits_(limits) {}

  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      refuse(mark, "a second document begins here ('---'): expected one document per file");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (awaits_key()) refuse(mark, "expected a key before ':'");
    attach(Node{.kind = Node::Kind::null, .mark = place(mark)});
  }
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    refuse(mark, "anchors and aliases (&" + name + ") are not supported: write the value out");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "anchors and aliases are not supported: write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (tag == "!") refuse_open_quote(mark);
    if (awaits_key()) return take_key(mark, value);
    attach(
        Node{.kind = Node::Kind::scalar, .mark = place(mark), .text = value, .quoted = tag == "!"});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, Node::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, Node::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    std::optional<Node::Entry> entry;  // of a map: a key that awaits its value
  };

  Mark place(const YAML::Mark& mark) const { return {source_, mark.line + 1, mark.column + 1}; }
  [[noreturn]] void refuse(const YAML::Mark& mark, std::string message) const {
    throw Refusal{place(mark), std::move(message)};
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!") return;
    refuse(mark, "tags are not supported (" + tag + "): leave it out");
  }
  // yaml-cpp takes the end of the file for the end of a quoted text.
  void refuse_open_quote(const YAML::Mark& mark) const {
    const auto begin = static_cast<std::size_t>(mark.pos);
    if (begin >= text_.size()) return;
    const char quote = text_[begin];
    if (quote != '"' && quote != '\'') return;  // a block
    for (std::size_t i = begin + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' && quote == '"') {
        ++i;
      } else if (text_[i] == quote) {
        return;  // the end, or the first half of ''
      }
    }
    refuse(mark, "a quoted text that does not end");
  }
  bool awaits_key() const {
    return !open_.empty() && open_.back().node.kind == Node::Kind::map && !open_.back().entry;
  }
  void take_key(const YAML::Mark& mark, const std::string& key) {
    auto& map = open_.back();
    auto earlier = std::ranges::find(map.node.entries, key, &Node::Entry::key);
    if (earlier != map.node.entries.end()) {
      refuse(mark,
             "'" + key + "' is given twice: first in line " + std::to_string(earlier->mark.line));
    }
    map.entry = Node::Entry{.key = key, .mark = place(mark), .value = {}};
  }
  void open(const YAML::Mark& mark, const std::string& tag, Node::Kind kind) {
    refuse_tag(mark, tag);
    if (awaits_key())
      refuse(mark, "expected a word as a key, got a list or a mapping: is a bracket not closed?");
    if (static_cast<int>(open_.size()) >= limits_.depth_max) {
      refuse(mark, "nested more than " + std::to_string(limits_.depth_max) + " levels deep");
    }
    open_.push_back(Open{Node{.kind = kind, .mark = place(mark)}, std::nullopt});
  }
  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    attach(std::move(node));
  }
  void attach(Node node) {
    if (++nodes_ > limits_.nodes_max) {
      throw Refusal{node.mark, "more than " + std::to_string(limits_.nodes_max) + " values"};
    }
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (auto& around = open_.back(); around.node.kind == Node::Kind::list) {
      around.node.items.push_back(std::move(node));
    } else {
      around.entry->value = std::move(node);
      around.node.entries.push_back(std::move(*around.entry));
      around.entry.reset();
    }
  }

  std::shared_ptr<const std::string> source_;
  std::string_view text_;
  YamlLimits limits_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
  std::vector<Open> open_;
  Node root_;
};

// An istream over a view, without a copy.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // only ever read
    setg(begin, begin, begin + text.size());
  }
};

// Whether the line (from 1) is indented with a tab, which yaml-cpp's own words rarely tell.
bool tab_in_indentation(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const auto word = text.find_first_not_of(" \t");
  return text.substr(0, word).find('\t') != std::string_view::npos;
}

// yaml-cpp's terse messages, turned into advice where people stumble.
std::string advice(const std::string& message) {
  namespace say = YAML::ErrorMsg;
  if (message == say::END_OF_MAP || message == say::MAP_VALUE || message == say::MAP_KEY) {
    return "this does not fit the mapping around it: check the indentation, and quote a text "
           "that contains ': '";
  }
  if (message == say::END_OF_SEQ || message == say::BLOCK_ENTRY) {
    return "this does not fit the list around it: check the indentation";
  }
  if (message.starts_with(say::UNKNOWN_ANCHOR)) {
    return "anchors and aliases (*name) are not supported: write the value out, or quote it";
  }
  if (message == say::END_OF_MAP_FLOW) return "'{' without '}'";
  if (message == say::END_OF_SEQ_FLOW) return "'[' without ']'";
  if (message == say::FLOW_END) return "a closing bracket that closes nothing";
  if (message == say::EOF_IN_SCALAR) return "a quoted text that does not end";
  if (message == say::UNKNOWN_TOKEN) {
    return "a character that cannot begin a value: quote texts that begin with @ ` or %";
  }
  if (message.starts_with(say::INVALID_ESCAPE)) {
    return "a backslash before a character that needs none: write \\\\ for a backslash, or use "
           "single quotes";
  }
  return to_valid_utf8(message);  // some name a single byte of the text
}

Mark mark_at(std::shared_ptr<const std::string> source, std::string_view text, std::size_t byte) {
  auto before = text.substr(0, byte);
  auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {std::move(source), static_cast<int>(std::ranges::count(before, '\n')) + 1,
          static_cast<int>(byte - line_start) + 1};
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool looks_like_number(std::string_view text) {
  return !text.empty() && (text.front() == '-' || text.front() == '+' || text.front() == '.' ||
                           (text.front() >= '0' && text.front() <= '9'));
}

Json scalar_to_json(const Node& node) {
  if (node.quoted) return node.text;
  if (node.text == "true") return true;
  if (node.text == "false") return false;
  if (looks_like_number(node.text)) {
    if (auto integer = number<std::int64_t>(node.text)) return *integer;
    if (auto real = number<double>(node.text); real && std::isfinite(*real)) return *real;
  }
  return node.text;
}

}  // namespace

std::string to_text(const Mark& mark) {
  if (!mark.source) return {};
  if (mark.line == 0) return *mark.source;
  return *mark.source + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
}

const Node* Node::find(std::string_view key) const {
  auto found = std::ranges::find(entries, key, &Entry::key);
  return found == entries.end() ? nullptr : &found->value;
}

Result<Node> parse_yaml(std::string_view source_name, std::string_view text, YamlLimits limits) {
  auto source = std::make_shared<const std::string>(source_name);
  if (text.size() > limits.bytes_max) {
    return fail(Code::too_large,
                "the file has " + std::to_string(text.size()) + " bytes: at most " +
                    std::to_string(limits.bytes_max) + " are read",
                *source);
  }
  if (auto bad = invalid_utf8(text)) {
    return fail(Code::configuration, "the text is not valid UTF-8 here",
                to_text(mark_at(source, text, *bad)));
  }
  if (auto nul = text.find('\0'); nul != std::string_view::npos) {
    return fail(Code::configuration, "a NUL byte is not allowed here",
                to_text(mark_at(source, text, nul)));
  }
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  Builder builder(source, text, limits);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    Node root = builder.take();
    if (root.mark.line == 0)
      root.mark = {source, 1, 1};  // an empty file: what is missing has a place, too
    return root;
  } catch (const Refusal& refusal) {
    return fail(Code::configuration, refusal.message, to_text(refusal.mark));
  } catch (const YAML::Exception& error) {
    Mark mark{source, error.mark.is_null() ? 0 : error.mark.line + 1, error.mark.column + 1};
    const bool tab = !text.empty() && tab_in_indentation(text, mark.line);
    return fail(
        Code::configuration,
        "not valid YAML: " + (tab ? "a tab in the indentation: use blanks" : advice(error.msg)),
        to_text(mark));
  }
}

Json to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return nullptr;
    case Node::Kind::scalar:
      return scalar_to_json(node);
    case Node::Kind::list: {
      Json list = Json::array();
      for (const auto& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case Node::Kind::map: {
      Json map = Json::object();
      for (const auto& entry : node.entries) map[entry.key] = to_json(entry.value);
      return map;
    }
  }
  return nullptr;
}

std::string described(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a mapping";
    case Node::Kind::scalar:
      break;
  }
  constexpr std::size_t kShown = 40;
  std::string shown = node.text.substr(0, kShown);
  if (node.text.size() > kShown) shown = to_valid_utf8(shown) + "...";
  auto json = scalar_to_json(node);
  if (json.is_string()) return "the text \"" + shown + "\"";
  return shown;
}

}  // namespace docwright::config
