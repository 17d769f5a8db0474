// Writes a message as JSON text by its description (wire_describe.h), without building a tree
// first.
#pragma once
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/json.h"
#include "runtime/text.h"
#include "schemas/wire_replies.h"
#include "schemas/wire_rules.h"

namespace docwright::wire {

// The text in quotes, escaped; what is not UTF-8 becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text);

// Writes one object: '{' at its construction, '}' by close().
class Writer final {
 public:
  // Terse (requests): what is empty, zero or false is left out. Full (replies): only empty texts,
  // absent times and absent objects.
  enum class Mode { terse, full };

  Writer(std::string& out, Mode mode) : out_(out), mode_(mode) { out_ += '{'; }

  template <class Member>
  void operator()(std::string_view name, const Member& member, const Rule& rule = {}) {
    if (!rule.required && absent(member)) return;
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    write(member);
  }

  void close() { out_ += '}'; }

 private:
  bool terse() const { return mode_ == Mode::terse; }

  bool absent(const std::string& text) const { return text.empty(); }
  bool absent(std::integral auto number) const { return terse() && number == 0; }
  bool absent(Duration time) const { return terse() && time == Duration{}; }
  bool absent(Time) const { return false; }
  bool absent(const Json& json) const { return terse() && json.empty(); }
  template <class Member>
  bool absent(const std::optional<Member>& member) const {
    return !member.has_value();
  }
  template <class Member>
  bool absent(const std::vector<Member>& members) const {
    return terse() && members.empty();
  }
  template <class Message>
    requires std::is_class_v<Message>
  bool absent(const Message&) const {
    return false;
  }

  void write(const std::string& text) { append_quoted(out_, text); }
  void write(bool truth) { out_ += truth ? "true" : "false"; }
  void write(std::integral auto number) { out_ += std::to_string(number); }
  void write(Duration time) { append_quoted(out_, to_text(time)); }
  void write(Time time) { append_quoted(out_, to_rfc3339(time)); }
  void write(const Json& json) { out_ += json.is_null() ? "{}" : dump_json(json); }
  void write(const Labels& labels) {
    Writer writer(out_, Mode::full);
    for (const auto& [name, text] : labels) writer.label(name, text);
    writer.close();
  }
  template <class Member>
  void write(const std::optional<Member>& member) {
    write(*member);
  }
  template <class Member>
  void write(const std::vector<Member>& members) {
    out_ += '[';
    bool first = true;
    for (const Member& member : members) {
      if (!first) out_ += ',';
      first = false;
      write(member);
    }
    out_ += ']';
  }
  template <class Message>
    requires std::is_class_v<Message>
  void write(const Message& message) {
    Writer writer(out_, mode_);
    describe(writer, message);
    writer.close();
  }

  void label(std::string_view name, std::string_view text) {
    if (!first_) out_ += ',';
    first_ = false;
    append_quoted(out_, name);
    out_ += ':';
    append_quoted(out_, text);
  }

  std::string& out_;
  const Mode mode_;
  bool first_ = true;
};

}  // namespace docwright::wire
