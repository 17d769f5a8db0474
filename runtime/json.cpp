#include "runtime/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "runtime/text.h"

namespace docwright {
namespace {

constexpr std::size_t kDepthMax = 128;

// Builds the value from the parser's events. Members are appended without the look-up of
// ordered_map (which would make an object of n members cost n^2); duplicates are looked for once,
// when the object ends.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return add(Json(nullptr)); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(Json(value)); }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    return add(Json(value));
  }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t& /*value*/) override { return false; }

  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool key(string_t& value) override {
    members(*open_.back()).emplace_back(std::move(value), Json());
    return true;
  }
  bool end_object() override {
    const std::string* duplicate = find_duplicate(members(*open_.back()));
    if (duplicate != nullptr) {
      error_ = Error{Code::invalid_request,
                     fmt::format("key '{}' stands twice in one object", *duplicate),
                     pointer() + '/' + pointer_token(*duplicate)};
      return false;
    }
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& problem) override {
    error_ = Error{Code::invalid_request, describe(position, problem.what())};
    return false;
  }

  Json take() { return std::move(root_); }
  Error take_error() { return std::move(error_); }

 private:
  using Member = Json::object_t::value_type;
  using Members = std::vector<Member, Json::object_t::allocator_type>;

  static Members& members(Json& object) { return object.get_ref<Json::object_t&>(); }

  // Where the next value belongs: the root, the last member's value, or a new element.
  Json& add_place() {
    if (open_.empty()) return root_;
    Json& container = *open_.back();
    if (container.is_object()) return members(container).back().second;
    return container.get_ref<Json::array_t&>().emplace_back();
  }

  bool add(Json value) {
    add_place() = std::move(value);
    return true;
  }

  bool open(Json container) {
    if (open_.size() == kDepthMax) {
      error_ = Error{Code::invalid_request, fmt::format("nested deeper than {} levels", kDepthMax),
                     pointer()};
      return false;
    }
    // A container's place does not move while it is open: its parent gets no further element before
    // it ends.
    Json& place = add_place();
    place = std::move(container);
    open_.push_back(&place);
    return true;
  }

  static const std::string* find_duplicate(const Members& members) {
    constexpr std::size_t kFew = 12;
    if (members.size() <= kFew) {
      for (std::size_t i = 1; i < members.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          if (members[i].first == members[j].first) return &members[i].first;
        }
      }
      return nullptr;
    }
    std::vector<const std::string*> keys;
    keys.reserve(members.size());
    for (const Member& member : members) keys.push_back(&member.first);
    std::ranges::sort(keys, {}, [](const std::string* key) -> const std::string& { return *key; });
    const auto twice = std::ranges::adjacent_find(
        keys, [](const std::string* a, const std::string* b) { return *a == *b; });
    return twice == keys.end() ? nullptr : *twice;
  }

  // JSON pointer of the innermost open container.
  std::string pointer() const {
    std::string text;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      Json& container = *open_[i];
      text += '/';
      if (container.is_object()) {
        text += pointer_token(members(container).back().first);
      } else {
        text += std::to_string(container.size() - 1);
      }
    }
    return text;
  }

  // The library says "[json.exception.parse_error.101] parse error at line 1, column 2: syntax
  // error while ...": ours starts where that explains, and names the byte.
  static std::string describe(std::size_t position, std::string_view what) {
    for (const std::string_view lead : {": syntax error ", "] "}) {
      const std::size_t at = what.find(lead);
      if (at != std::string_view::npos) {
        what.remove_prefix(at + lead.size());
        break;
      }
    }
    std::string reason(what.substr(0, 200));
    if (position == 0) return fmt::format("not JSON: {}", to_valid_utf8(reason));
    return fmt::format("not JSON: byte {}: {}", position - 1, to_valid_utf8(reason));
  }

  Json root_;
  std::vector<Json*> open_;
  Error error_;
};

}  // namespace

Result<Json> parse_json(std::string_view text) {
  // The library takes a zero byte for the end of the text.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
    return fail(Code::invalid_request, fmt::format("not JSON: byte {} is zero", zero));
  Builder builder;
  if (!Json::sax_parse(text, &builder)) return std::unexpected(builder.take_error());
  return builder.take();
}

std::string dump_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace docwright
