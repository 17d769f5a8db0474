#include "outline/service/codec.h"

#include <cstring>

namespace docwright::outline {
namespace {

// The members of each struct, once for both directions.
void members(auto& archive, auto& range)
  requires requires {
    range.begin;
    range.end;
  }
{
  archive(range.begin);
  archive(range.end);
}

void members(auto& archive, auto& parameter)
  requires requires { parameter.default_value; }
{
  archive(parameter.name);
  archive(parameter.type);
  archive(parameter.default_value);
  archive(parameter.kind);
}

void members(auto& archive, auto& definition)
  requires requires { definition.signature; }
{
  archive(definition.kind);
  archive(definition.name);
  archive(definition.symbol);
  archive(definition.signature);
  archive(definition.parameters);
  archive(definition.type_parameters);
  archive(definition.return_type);
  archive(definition.returns_value);
  archive(definition.yields);
  archive(definition.raises);
  archive(definition.flags);
  archive(definition.visibility);
  archive(definition.extent);
  archive(definition.body);
  archive(definition.doc_range);
  archive(definition.existing_doc);
  archive(definition.parent);
}

void members(auto& archive, auto& outline)
  requires requires { outline.definitions; }
{
  archive(outline.language);
  archive(outline.definitions);
  archive(outline.broken);
  archive(outline.module_doc);
  archive(outline.fallback);
}

class Writer {
 public:
  template <class Value>
    requires std::is_arithmetic_v<Value> || std::is_enum_v<Value>
  void operator()(Value value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  template <class Value>
  void operator()(const std::optional<Value>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class Value>
  void operator()(const std::vector<Value>& values) {
    (*this)(static_cast<std::uint32_t>(values.size()));
    for (const Value& value : values) (*this)(value);
  }
  template <class Struct>
    requires std::is_class_v<Struct>
  void operator()(const Struct& value) {
    members(*this, value);
  }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After the first byte that is missing, every value is empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class Value>
    requires std::is_arithmetic_v<Value>
  void operator()(Value& value) {
    const std::string_view raw = take(sizeof value);
    if (!raw.empty()) std::memcpy(&value, raw.data(), raw.size());
  }
  void operator()(bool& value) {
    const std::string_view raw = take(1);
    value = !raw.empty() && raw[0] != 0;
  }
  void operator()(Kind& value) { enumerator(value, Kind::variable); }
  void operator()(Language& value) { enumerator(value, Language::other); }
  void operator()(std::string& text) {
    std::uint32_t size = 0;
    (*this)(size);
    text = take(size);
  }
  template <class Value>
  void operator()(std::optional<Value>& value) {
    bool has = false;
    (*this)(has);
    if (has) (*this)(value.emplace());
  }
  template <class Value>
  void operator()(std::vector<Value>& values) {
    std::uint32_t size = 0;
    (*this)(size);
    if (size > bytes_.size())
      ok_ = false;  // each takes a byte at least: no allocation by a number that lies
    for (std::uint32_t i = 0; ok_ && i < size; ++i) (*this)(values.emplace_back());
  }
  template <class Struct>
    requires std::is_class_v<Struct>
  void operator()(Struct& value) {
    members(*this, value);
  }

  bool done() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  template <class Enum>
  void enumerator(Enum& value, Enum last) {
    int number = 0;
    (*this)(number);
    if (number < 0 || number > static_cast<int>(last)) ok_ = false;
    if (ok_) value = static_cast<Enum>(number);
  }

  std::string_view bytes_;
  bool ok_ = true;
};

bool is_within(const Range& range, std::uint32_t size) {
  return range.begin <= range.end && range.end <= size;
}

bool is_coherent(const Outline& outline, std::uint32_t size) {
  for (std::size_t i = 0; i < outline.definitions.size(); ++i) {
    const Definition& definition = outline.definitions[i];
    if (!is_within(definition.extent, size) || !is_within(definition.body, size)) return false;
    if (definition.doc_range && !is_within(*definition.doc_range, size)) return false;
    if (definition.parent < -1 || definition.parent >= static_cast<std::int32_t>(i)) return false;
  }
  for (const Range& range : outline.broken) {
    if (!is_within(range, size)) return false;
  }
  return true;
}

}  // namespace

std::string encode(const Outline& outline) {
  Writer writer;
  writer(outline);
  return writer.take();
}

Result<Outline> decode(std::string_view bytes, std::uint32_t source_bytes) {
  Outline outline;
  Reader reader(bytes);
  reader(outline);
  if (!reader.done() || !is_coherent(outline, source_bytes)) {
    return fail(Code::source_refused,
                "The parser gave an answer that makes no sense for this file.");
  }
  return outline;
}

}  // namespace docwright::outline
