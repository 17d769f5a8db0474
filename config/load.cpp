#include "config/load.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace docwright::config {
namespace {

// The text of the file; nothing where it does not exist and need not.
Result<std::optional<std::string>> text_of(const std::string& path, bool must_exist) {
  std::error_code error;
  if (!must_exist && !std::filesystem::exists(path, error)) return std::nullopt;
  if (std::filesystem::is_directory(path, error)) {
    return fail(Code::configuration, "expected a file, got a folder", path);
  }
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream) {
    return fail(Code::configuration,
                std::string("the configuration cannot be read: ") + std::strerror(errno), path);
  }
  return std::move(text).str();
}

Mark whole(std::string source) {
  return {std::make_shared<const std::string>(std::move(source)), 0, 0};
}

// What follows from settings and folders together.
void derive(Configuration& configuration, const Folders& folders, const Start& start) {
  const auto& settings = configuration.settings;
  const bool own_state = !start.state && !settings.state.empty();
  configuration.state = own_state ? absolute_folder(settings.state) : folders.state;
  configuration.database = configuration.state + "/docwright.db";
  configuration.endpoints = endpoints_in(own_state ? configuration.state : folders.sockets);
  const auto& door = settings.front_door;
  if (!door.requests.empty()) configuration.endpoints.requests = door.requests;
  if (!door.push.empty()) configuration.endpoints.push = door.push;
  if (!door.events.empty()) configuration.endpoints.events = door.events;
  configuration.pipelines =
      settings.pipelines.empty() ? folders.config + "/pipelines" : settings.pipelines;
  configuration.prompts = settings.prompts.empty() ? folders.config + "/prompts" : settings.prompts;
}

std::string origin_of(const Origins& origins, const std::string& path) {
  const auto found = origins.find(path);
  return found == origins.end() ? "default" : to_text(found->second);
}

// Calls `leaf(path, value)` for every option that is not a group, a table or records, and for those
// of them that are empty.
template <class Leaf>
void walk(const SpecBase& spec, const Json& values, const std::string& prefix, const Leaf& leaf) {
  for (const auto& field : spec.fields()) {
    const auto& value = values.at(field.info.name);
    const std::string path = prefix + field.info.name;
    if (field.info.type == Type::group) {
      walk(*field.inner, value, path + ".", leaf);
    } else if (field.inner == nullptr || value.empty()) {
      leaf(path, value);
    } else if (field.info.type == Type::table) {
      for (const auto& [key, one] : value.items()) {
        walk(*field.inner, one, fmt::format("{}.{}.", path, key), leaf);
      }
    } else {
      for (std::size_t i = 0; i < value.size(); ++i) {
        walk(*field.inner, value[i], fmt::format("{}[{}].", path, i), leaf);
      }
    }
  }
}

}  // namespace

std::expected<Configuration, Errors> load(const Start& start, const Environment& environment) {
  auto where = folders(start.state, environment, start.root);
  if (!where) return std::unexpected(Errors{where.error()});

  Configuration configuration;
  const std::string path = start.config_file.value_or(where->config + "/docwright.yaml");
  auto text = text_of(path, start.config_file.has_value());
  if (!text) return std::unexpected(Errors{text.error()});

  Node root;
  if (*text) {
    configuration.file = path;
    auto parsed = parse_yaml(path, **text);
    if (!parsed) return std::unexpected(Errors{parsed.error()});
    root = std::move(*parsed);
  }
  Reading reading;
  overlay(root, settings_spec(), environment, reading);
  configuration.settings = settings_spec().parse(root, reading);
  if (start.state) {
    configuration.settings.state = *start.state;
    reading.origins["state"] = whole("--state");
  }
  derive(configuration, *where, start);
  for (const auto& endpoint : {configuration.endpoints.requests, configuration.endpoints.push,
                               configuration.endpoints.events}) {
    auto checked = check_endpoint(endpoint);
    if (checked || !reading.errors.empty()) continue;
    checked.error().at = origin_of(reading.origins, "state");
    reading.errors.push_back(checked.error());
    break;  // one piece of advice is enough
  }
  if (!reading.errors.empty()) return std::unexpected(std::move(reading.errors));
  configuration.origins = std::move(reading.origins);
  return configuration;
}

Json show(const Configuration& configuration) {
  return settings_spec().show(&configuration.settings);
}

Json show_origins(const Configuration& configuration) {
  Json shown = Json::object();
  walk(settings_spec(), show(configuration), "", [&](const std::string& path, const Json& value) {
    shown[path] = {{"value", value}, {"origin", origin_of(configuration.origins, path)}};
  });
  return shown;
}

std::string show_text(const Configuration& configuration, bool with_origin) {
  std::string text;
  walk(settings_spec(), show(configuration), "", [&](const std::string& path, const Json& value) {
    text +=
        path + " = " + (value.is_string() ? value.get_ref<const std::string&>() : dump_json(value));
    if (with_origin) text += "    # " + origin_of(configuration.origins, path);
    text += "\n";
  });
  return text;
}

}  // namespace docwright::config
