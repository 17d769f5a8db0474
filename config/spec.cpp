#include "config/spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <cstdlib>
#include <set>

#include "runtime/text.h"

namespace docwright::config {
namespace {

bool well_named(std::string_view name) {
  if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::string join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

std::string unknown_option(std::string_view name, const std::string& path,
                           const std::vector<std::string_view>& known) {
  auto hint = did_you_mean(name, known);
  if (hint.empty()) hint = fmt::format("; expected one of {}", fmt::join(known, ", "));
  return fmt::format("unknown option '{}'{}", join(path, name), hint);
}

}  // namespace

SpecBase::SpecBase(std::string sentence, std::vector<Field> fields, const void* defaults)
    : sentence_(std::move(sentence)), fields_(std::move(fields)) {
  std::set<std::string_view> seen;
  for (auto& field : fields_) {
    if (!well_named(field.info.name) || !seen.insert(field.info.name).second) {
      std::fprintf(stderr, "bug: malformed or duplicate option '%s'\n", field.info.name.c_str());
      std::abort();
    }
    field.info.initial = field.show(defaults, field.info);
  }
}

const SpecBase::Field* SpecBase::find(std::string_view name) const {
  for (const auto& field : fields_) {
    if (field.info.name == name) return &field;
  }
  return nullptr;
}

std::vector<std::string_view> SpecBase::names() const {
  std::vector<std::string_view> names;
  names.reserve(fields_.size());
  for (const auto& field : fields_) names.push_back(field.info.name);
  return names;
}

void SpecBase::read(const Node& node, void* object, const std::string& path,
                    Reading& reading) const {
  if (node.kind != Node::Kind::map && node.kind != Node::Kind::null) {
    reading.fail(node.mark, fmt::format("{}expected {}, got {}",
                                        path.empty() ? path : fmt::format("'{}': ", path),
                                        expected(Type::group), described(node)));
    return;
  }
  // What unknown words probably meant: reported as unknown, not as missing too.
  std::set<std::string_view> meant;
  for (const auto& entry : node.entries) {
    const Field* field = find(entry.key);
    if (!field) {
      meant.insert(nearest(entry.key, names()));
      reading.fail(entry.mark, unknown_option(entry.key, path, names()));
      continue;
    }
    const std::string option_path = join(path, entry.key);
    reading.origins[option_path] = entry.value.mark;
    const std::size_t errors = reading.errors.size();
    field->read(entry.value, object, field->info, option_path, reading);
    if (!field->complaint || reading.errors.size() != errors) continue;
    if (auto complaint = field->complaint(object); !complaint.empty()) {
      reading.fail(entry.value.mark, fmt::format("'{}': {}", option_path, complaint));
    }
  }
  for (const auto& field : fields_) {
    if (field.info.required && !node.find(field.info.name) && !meant.contains(field.info.name)) {
      reading.fail(node.mark, fmt::format("'{}' is missing: {}", join(path, field.info.name),
                                          field.info.sentence));
    }
  }
}

Json SpecBase::show(const void* object) const {
  Json shown = Json::object();
  for (const auto& field : fields_) shown[field.info.name] = field.show(object, field.info);
  return shown;
}

}  // namespace docwright::config
