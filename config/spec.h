// One spec per settings struct: each option is bound once to its member, and everything else comes
// from there.
//
//   struct ChunkOptions { std::int64_t limit_tokens = 3000; };
//   const config::Spec<ChunkOptions>& chunk_spec() {
//     static const config::Spec<ChunkOptions> spec(
//         "Cuts a source into pieces that fit one call.",
//         {option("limit_tokens", &ChunkOptions::limit_tokens)
//              .range(50, 1'000'000)
//              .unit("tokens")
//              .about("Largest chunk.")});
//     return spec;
//   }
//
// The member's initialiser is the default; its C++ type is the option's type. From the spec come:
// parsing with all errors and their places, the origin of each value, JSON Schema, the reference
// for page and terminal, and the values as JSON.
//
// Member types: bool, int, std::int64_t, std::size_t, double, std::string, Duration ("30s"), lists
// of std::string, maps of std::string to std::string or std::int64_t, Json (any mapping), Node (raw
// YAML), SecretRef; enums by word(); nested structs by group() (one), table() (a map of them by
// name) and records() (a list of them).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/spec_types.h"

namespace docwright::config {

// A spec without its struct's type: what reference pages, schemas and overlays walk through.
// Immutable; any thread.
class SpecBase {
 public:
  struct Field {
    OptionInfo info;
    // Closures over the member of the struct at `object`.
    std::function<const void*(const void* object)> at;
    std::function<void(const Node&, void* object, const OptionInfo&, const std::string& path,
                       Reading&)>
        read;
    std::function<Json(const void* object, const OptionInfo&)> show;
    // About a value that was given; empty: it is fine.
    std::function<std::string(const void* object)> complaint;
    const SpecBase* inner = nullptr;  // of a group, a table or records
  };

  const std::string& sentence() const { return sentence_; }
  const std::vector<Field>& fields() const { return fields_; }
  const Field* find(std::string_view name) const;
  std::vector<std::string_view> names() const;

  // Reads a mapping (or nothing) into the struct. Every error is reported; options in error keep
  // their default.
  void read(const Node& node, void* object, const std::string& path, Reading& reading) const;
  // All values, in the order of the spec; secrets are references, and passwords in URLs are ***.
  Json show(const void* object) const;

 protected:
  SpecBase(std::string sentence, std::vector<Field> fields, const void* defaults);

 private:
  std::string sentence_;
  std::vector<Field> fields_;
};

// JSON Schema (draft 7) of what the spec parses.
Json json_schema(const SpecBase& spec);
// One table of options in Markdown; options of nested groups carry dotted names.
std::string markdown_reference(const SpecBase& spec);
// The same for a terminal, at most 100 columns wide.
std::string text_reference(const SpecBase& spec);
// Every option with its default and its sentence, all commented out; without the first # of each
// line it is YAML that parses to the defaults.
std::string commented_yaml(const SpecBase& spec);

// An option of Struct whose member is a Member; what a reader needs to know is added fluently. Has
// no state of its own, so that it can be taken as a Field.
template <class Struct, class Member>
struct Option : SpecBase::Field {
  Option&& about(std::string sentence) && {
    info.sentence = std::move(sentence);
    return std::move(*this);
  }
  Option&& unit(std::string unit) && {
    info.unit = std::move(unit);
    return std::move(*this);
  }
  // Inclusive. Of a text its length in bytes, of a list the number of its items.
  Option&& range(double least, double most) && {
    info.least = least;
    info.most = most;
    return std::move(*this);
  }
  Option&& range(Duration least, Duration most) && {
    return std::move(*this).range(std::chrono::duration<double>(least).count(),
                                  std::chrono::duration<double>(most).count());
  }
  Option&& required() && {
    info.required = true;
    return std::move(*this);
  }
  // Of an integer: "64KiB". Of a string: an amount such as "0.50USD", kept as written; a Mustache
  // template; a URL with http:// or https://.
  Option&& bytes() && { return std::move(*this).as(Type::bytes); }
  Option&& money() && { return std::move(*this).as(Type::money); }
  Option&& prompt() && { return std::move(*this).as(Type::prompt); }
  Option&& url() && { return std::move(*this).as(Type::url); }
  // Of a list of texts: one text alone will do.
  Option&& or_one() && { return std::move(*this).as(Type::texts_or_one); }
  // A further rule: returns the complaint about the value ("expected ..., got ..."), or nothing.
  Option&& check(std::function<std::string(const Member&)> rule) && {
    complaint = [rule = std::move(rule), member = at](const void* object) {
      return rule(*static_cast<const Member*>(member(object)));
    };
    return std::move(*this);
  }

 private:
  Option&& as(Type type) && {
    info.type = type;
    return std::move(*this);
  }
};

template <class Struct, class Member>
Option<Struct, Member> start_option(std::string name, Member Struct::* member) {
  Option<Struct, Member> made;
  made.info.name = std::move(name);
  made.at = [member](const void* object) -> const void* {
    return &(static_cast<const Struct*>(object)->*member);
  };
  return made;
}

template <class Struct, class Member>
Option<Struct, Member> option(std::string name, Member Struct::* member) {
  auto made = start_option(std::move(name), member);
  made.info.type = type_of(static_cast<const Member*>(nullptr));
  made.read = [member](const Node& node, void* object, const OptionInfo& info,
                       const std::string& path, Reading& reading) {
    read_value(node, static_cast<Struct*>(object)->*member, info, path, reading);
  };
  made.show = [member](const void* object, const OptionInfo& info) {
    return show_value(static_cast<const Struct*>(object)->*member, info);
  };
  return made;
}

// One word of a closed list, as an enum.
template <class Struct, class Enum>
Option<Struct, Enum> word(std::string name, Enum Struct::* member,
                          std::vector<std::pair<std::string, Enum>> words) {
  auto made = start_option(std::move(name), member);
  made.info.type = Type::word;
  for (const auto& [text, value] : words) made.info.words.push_back(text);
  made.read = [member, words](const Node& node, void* object, const OptionInfo& info,
                              const std::string& path, Reading& reading) {
    if (auto index = read_word(node, info, path, reading))
      static_cast<Struct*>(object)->*member = words[*index].second;
  };
  made.show = [member, words = std::move(words)](const void* object, const OptionInfo&) {
    for (const auto& [text, value] : words) {
      if (value == static_cast<const Struct*>(object)->*member) return Json(text);
    }
    return Json();
  };
  return made;
}

// A nested struct.
template <class Struct, class Inner>
Option<Struct, Inner> group(std::string name, Inner Struct::* member, const class SpecBase& inner) {
  auto made = start_option(std::move(name), member);
  made.info.type = Type::group;
  made.info.sentence = inner.sentence();
  made.inner = &inner;
  made.read = [member, &inner](const Node& node, void* object, const OptionInfo&,
                               const std::string& path, Reading& reading) {
    inner.read(node, &(static_cast<Struct*>(object)->*member), path, reading);
  };
  made.show = [member, &inner](const void* object, const OptionInfo&) {
    return inner.show(&(static_cast<const Struct*>(object)->*member));
  };
  return made;
}

// Structs by name: `providers: {openai: {...}}`.
template <class Struct, class Inner>
Option<Struct, std::map<std::string, Inner>> table(std::string name,
                                                   std::map<std::string, Inner> Struct::* member,
                                                   const SpecBase& inner) {
  auto made = start_option(std::move(name), member);
  made.info.type = Type::table;
  made.info.sentence = inner.sentence();
  made.inner = &inner;
  made.read = [member, &inner](const Node& node, void* object, const OptionInfo& info,
                               const std::string& path, Reading& reading) {
    if (!is_map(node, info, path, reading)) return;
    for (const auto& entry : node.entries) {
      const std::string entry_path = path + "." + entry.key;
      reading.origins[entry_path] = entry.mark;
      inner.read(entry.value, &(static_cast<Struct*>(object)->*member)[entry.key], entry_path,
                 reading);
    }
  };
  made.show = [member, &inner](const void* object, const OptionInfo&) {
    Json shown = Json::object();
    for (const auto& [key, value] : static_cast<const Struct*>(object)->*member)
      shown[key] = inner.show(&value);
    return shown;
  };
  return made;
}

// A list of structs: `budgets: [{...}, {...}]`.
template <class Struct, class Inner>
Option<Struct, std::vector<Inner>> records(std::string name, std::vector<Inner> Struct::* member,
                                           const SpecBase& inner) {
  auto made = start_option(std::move(name), member);
  made.info.type = Type::records;
  made.info.sentence = inner.sentence();
  made.inner = &inner;
  made.read = [member, &inner](const Node& node, void* object, const OptionInfo& info,
                               const std::string& path, Reading& reading) {
    if (!is_list(node, info, path, reading)) return;
    auto& list = static_cast<Struct*>(object)->*member;
    list.clear();
    for (const auto& item : node.items) {
      inner.read(item, &list.emplace_back(), path + "[" + std::to_string(list.size() - 1) + "]",
                 reading);
    }
  };
  made.show = [member, &inner](const void* object, const OptionInfo&) {
    Json shown = Json::array();
    for (const auto& value : static_cast<const Struct*>(object)->*member)
      shown.push_back(inner.show(&value));
    return shown;
  };
  return made;
}

template <class Struct>
class Spec final : public SpecBase {
 public:
  // Duplicate or malformed names ([a-z][a-z0-9_]*) abort: a bug.
  Spec(std::string sentence, std::vector<Field> fields)
      : SpecBase(std::move(sentence), std::move(fields), &defaults()) {}

  // The struct, with the defaults where nothing (or nothing right) was given; wrong where
  // reading.errors has grown.
  Struct parse(const Node& node, Reading& reading, const std::string& path = {}) const {
    Struct made;
    read(node, &made, path, reading);
    return made;
  }

 private:
  static const Struct& defaults() {
    static const Struct made;
    return made;
  }
};

}  // namespace docwright::config
