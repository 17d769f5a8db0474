#include "config/spec.h"

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
  std::string message = "unknown option '" + join(path, name) + "'";
  if (auto hint = did_you_mean(name, known); !hint.empty()) return message + hint;
  message += "; expected one of ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    message += (i == 0 ? "" : ", ") + std::string(known[i]);
  }
  return message;
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
  for (const auto& field : fields_) names.push_back(field.info.name);
  return names;
}

void SpecBase::read(const Node& node, void* object, const std::string& path,
                    Reading& reading) const {
  if (node.kind != Node::Kind::map && node.kind != Node::Kind::null) {
    reading.fail(node.mark, (path.empty() ? std::string() : "'" + path + "': ") + "expected " +
                                std::string(expected(Type::group)) + ", got " + described(node));
    return;
  }
  std::set<std::string_view>
      meant;  // by words that are no option: reported as unknown, not as missing too
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
      reading.fail(entry.value.mark, "'" + option_path + "': " + complaint);
    }
  }
  for (const auto& field : fields_) {
    if (field.info.required && !node.find(field.info.name) && !meant.contains(field.info.name)) {
      reading.fail(node.mark,
                   "'" + join(path, field.info.name) + "' is missing: " + field.info.sentence);
    }
  }
}

Json SpecBase::show(const void* object) const {
  Json shown = Json::object();
  for (const auto& field : fields_) shown[field.info.name] = field.show(object, field.info);
  return shown;
}

}  // namespace docwright::config
