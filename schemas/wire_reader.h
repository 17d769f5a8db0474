// Reads a JSON object into a message by its description (wire_describe.h).
//
// Strict (requests): unknown fields, missing ones and broken rules are errors. Lenient (replies):
// only types are looked at. The first error stops the reading; pointers are put together only then.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "runtime/error.h"
#include "runtime/json.h"
#include "schemas/wire_replies.h"
#include "schemas/wire_rules.h"

namespace docwright::wire {

// Where a value stands in the message: a chain up the stack of the readers.
struct Place {
  const Place* parent = nullptr;
  std::optional<std::string_view> key = {};  // none: `index` counts
  std::size_t index = 0;

  std::string pointer() const;
};

class Reader final {
 public:
  enum class Mode { strict, lenient };

  // `object` and `place` outlive the reader; `error` is shared by the readers of one message.
  Reader(const Json& object, const Place& place, Mode mode, std::optional<Error>& error);

  template <class Member>
  void operator()(std::string_view name, Member& member, const Rule& rule = {}) {
    if (known_count_ < known_.size()) known_[known_count_++] = name;
    if (error_) return;
    const Json* value = find(name, rule);
    if (value == nullptr) return;
    read(*value, Place{.parent = &place_, .key = name}, rule, member);
  }

  // After the last field: whatever is left is unknown.
  void finish();

 private:
  const Json* find(std::string_view name, const Rule& rule);
  bool strict() const { return mode_ == Mode::strict; }
  void fail(Code code, std::string message, const Place& place);

  void read(const Json& value, const Place& place, const Rule& rule, std::string& member);
  void read(const Json& value, const Place& place, const Rule& rule, bool& member);
  void read(const Json& value, const Place& place, const Rule& rule, std::int64_t& member);
  void read(const Json& value, const Place& place, const Rule& rule, Duration& member);
  void read(const Json& value, const Place& place, const Rule& rule, Time& member);
  void read(const Json& value, const Place& place, const Rule& rule, Json& member);
  void read(const Json& value, const Place& place, const Rule& rule, Labels& member);
  // Begins a list: false where the value is none, or has too few or too many entries.
  bool list(const Json& value, const Place& place, const Rule& rule);
  bool object(const Json& value, const Place& place);

  template <std::integral Integer>
  void read(const Json& value, const Place& place, const Rule& rule, Integer& member) {
    std::int64_t number = 0;
    read(value, place, rule, number);
    member = static_cast<Integer>(number);
  }

  template <class Member>
  void read(const Json& value, const Place& place, const Rule& rule,
            std::optional<Member>& member) {
    read(value, place, rule, member.emplace());
  }

  template <class Member>
  void read(const Json& value, const Place& place, const Rule& rule, std::vector<Member>& members) {
    if (!list(value, place, rule)) return;
    members.clear();
    members.reserve(value.size());
    for (const Json& entry : value) {
      if (error_) return;
      const std::size_t index = members.size();
      read(entry, Place{.parent = &place, .index = index}, rule, members.emplace_back());
    }
  }

  template <class Message>
    requires std::is_class_v<Message>
  void read(const Json& value, const Place& place, const Rule&, Message& message) {
    if (!object(value, place)) return;
    Reader reader(value, place, mode_, error_);
    describe(reader, message);
    reader.finish();
  }

  const Json& object_;
  const Place& place_;
  const Mode mode_;
  std::optional<Error>& error_;
  std::array<std::string_view, 32> known_{};
  std::size_t known_count_ = 0;
  std::size_t found_ = 0;
};

}  // namespace docwright::wire
