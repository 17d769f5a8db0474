#include "pipeline/template.h"

#include <fmt/format.h>

#include <kainjow/mustache.hpp>
#include <mutex>
#include <optional>

namespace docwright::pipeline {
namespace mustache = kainjow::mustache;
namespace {

constexpr std::size_t kSectionsMax = 16;  // nested; the library's renderer recurses

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Walks the tags once, to know what they use and to refuse what the library would take silently.
class Scanner final {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<std::vector<Template::Use>> scan() {
    while (!failure_ && next_tag()) {
    }
    if (!failure_ && !open_.empty()) {
      at_ = open_.back().at;
      fail("{{" + open_.back().opener + open_.back().name + "}} is not closed");
    }
    if (failure_) return std::unexpected(std::move(*failure_));
    return std::move(uses_);
  }

 private:
  struct Open {
    std::string opener;  // # or ^
    std::string name;
    std::size_t at;
  };

  bool next_tag() {
    const std::size_t begin = text_.find("{{", end_);
    if (begin == text_.npos) return false;
    at_ = begin;
    const bool triple = text_.substr(begin).starts_with("{{{");
    const std::string_view closer = triple ? "}}}" : "}}";
    const std::size_t inside = begin + closer.size();
    const std::size_t close = text_.find(closer, inside);
    if (close == text_.npos) {
      fail(fmt::format("the tag is not closed: {} is missing", closer));
      return false;
    }
    end_ = close + closer.size();
    tag(trim(text_.substr(inside, close - inside)), triple);
    return true;
  }

  void tag(std::string_view contents, bool triple) {
    const char sigil = contents.empty() || triple ? '\0' : contents.front();
    if (sigil == '!') return;
    if (sigil == '>') return fail("partials ({{> name}}) are not supported");
    if (sigil == '=') return fail("changed delimiters ({{= =}}) are not supported");
    const bool has_sigil = sigil == '#' || sigil == '^' || sigil == '/' || sigil == '&';
    const std::string_view name = trim(has_sigil ? contents.substr(1) : contents);
    if (!is_name(name)) {
      return fail(
          fmt::format("'{}' is not a name: letters, digits, _ and dots between them", name));
    }
    if (sigil == '/') return close(name);
    use(name);
    if (sigil == '#' || sigil == '^') {
      if (open_.size() == kSectionsMax) return fail("sections are nested too deeply");
      open_.push_back({std::string(1, sigil), std::string(name), at_});
    }
  }

  void close(std::string_view name) {
    if (open_.empty()) return fail(fmt::format("{{{{/{}}}}} closes nothing", name));
    if (open_.back().name != name) {
      return fail(
          fmt::format("{{{{/{}}}}} stands where {{{{/{}}}}} is expected", name, open_.back().name));
    }
    open_.pop_back();
  }

  void use(std::string_view name) {
    Template::Use use;
    use.name = name;
    std::tie(use.line, use.column) = place();
    for (const Open& section : open_) use.sections.push_back(section.name);
    uses_.push_back(std::move(use));
  }

  static bool is_name(std::string_view name) {
    if (name == ".") return true;
    if (name.empty() || name.starts_with('.') || name.ends_with('.')) return false;
    if (name.contains("..")) return false;
    for (const char c : name) {
      const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
      if (!fine) return false;
    }
    return true;
  }

  // Tags come in order, so the lines are counted once.
  std::pair<int, int> place() {
    for (; counted_ < at_; ++counted_) {
      if (text_[counted_] == '\n') {
        ++line_;
        line_begin_ = counted_ + 1;
      }
    }
    return {line_, static_cast<int>(at_ - line_begin_) + 1};
  }

  void fail(std::string message) {
    if (at_ < counted_) {  // an opener further up
      counted_ = line_begin_ = 0;
      line_ = 1;
    }
    const auto [line, column] = place();
    failure_ =
        Error{Code::configuration, fmt::format("line {}, column {}: {}", line, column, message)};
  }

  std::string_view text_;
  std::size_t at_ = 0, end_ = 0;
  std::size_t counted_ = 0, line_begin_ = 0;
  int line_ = 1;
  std::vector<Open> open_;
  std::vector<Template::Use> uses_;
  std::optional<Error> failure_;
};

// An empty text counts as absent, so that {{#scope}}...{{/scope}} does what it looks like.
mustache::data data_of(const Json& json) {
  switch (json.type()) {
    case Json::value_t::object: {
      mustache::data object(mustache::data::type::object);
      // Not set(), which copies.
      for (const auto& [name, value] : json.items()) object[name] = data_of(value);
      return object;
    }
    case Json::value_t::array: {
      mustache::data list(mustache::data::type::list);
      for (const Json& item : json) list.push_back(data_of(item));
      return list;
    }
    case Json::value_t::string: {
      const auto& text = json.get_ref<const std::string&>();
      return text.empty() ? mustache::data(mustache::data::type::bool_false) : mustache::data(text);
    }
    case Json::value_t::boolean:
      return json.get<bool>() ? mustache::data::type::bool_true : mustache::data::type::bool_false;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return json.dump();
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
      break;
  }
  return mustache::data::type::bool_false;
}

// The members of `view` that the template uses: a system prompt uses few, and not the source.
mustache::data used_of(const Json& view, const std::vector<Template::Use>& uses) {
  mustache::data used(mustache::data::type::object);
  for (const Template::Use& use : uses) {
    const std::string name = use.name.substr(0, use.name.find('.'));
    const auto member = view.find(name);
    if (member != view.end() && used.get(name) == nullptr) used[name] = data_of(*member);
  }
  return used;
}

}  // namespace

struct Template::Compiled {
  explicit Compiled(std::string source) : text(std::move(source)), renderer(text) {
    renderer.set_custom_escape([](const std::string& value) { return value; });
  }

  std::string text;
  std::vector<Use> uses;
  // The library's render() is not const (it notes errors of partials, which we refuse).
  std::mutex mutex;
  mustache::mustache renderer;  // Guarded by mutex.
};

Template::Template(std::shared_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}

Result<Template> Template::parse(std::string_view text) {
  Result<std::vector<Use>> uses = Scanner(text).scan();
  if (!uses) return std::unexpected(std::move(uses.error()));
  auto compiled = std::make_shared<Compiled>(std::string(text));
  if (!compiled->renderer.is_valid()) {
    return fail(Code::configuration, "line 1, column 1: " + compiled->renderer.error_message());
  }
  compiled->uses = std::move(*uses);
  return Template(std::move(compiled));
}

std::string Template::render(const Json& view) const {
  const mustache::data data = used_of(view, compiled_->uses);
  std::string rendered;
  const std::lock_guard lock(compiled_->mutex);
  compiled_->renderer.render(data, [&rendered](const std::string& part) { rendered += part; });
  return rendered;
}

const std::vector<Template::Use>& Template::uses() const {
  return compiled_->uses;
}

std::string_view Template::text() const {
  return compiled_->text;
}

}  // namespace docwright::pipeline
