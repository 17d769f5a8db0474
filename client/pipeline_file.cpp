#include "client/pipeline_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "client/source_files.h"
#include "config/yaml.h"

namespace docwright::client {
namespace {

// The names behind `prompt:` of its steps, each once.
std::vector<std::string> prompts_of(const config::Node& root) {
  std::vector<std::string> names;
  const config::Node* steps = root.find("steps");
  if (steps == nullptr) return names;
  for (const config::Node& step : steps->items) {
    for (const config::Node::Entry& kind : step.entries) {
      const config::Node* prompt = kind.value.find("prompt");
      if (prompt == nullptr || prompt->text.empty()) continue;
      if (std::ranges::find(names, prompt->text) == names.end()) names.push_back(prompt->text);
    }
  }
  return names;
}

// None where there is no such file, or the name is a path.
std::string prompt_file(const std::filesystem::path& folder, const std::string& name) {
  if (name.find('/') != std::string::npos) return {};
  for (const auto& place : {folder / "prompts", folder / ".." / "prompts"}) {
    std::filesystem::path file = place / (name + ".yaml");
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored)) return file.lexically_normal().string();
  }
  return {};
}

}  // namespace

bool is_pipeline_file(std::string_view text) {
  return text.find('/') != std::string_view::npos || text.ends_with(".yaml") ||
         text.ends_with(".yml");
}

Result<PipelineFile> read_pipeline_file(const std::string& path) {
  auto text = read_file(path, wire::kPipelineBytes);
  if (!text) return std::unexpected(std::move(text.error()));
  const auto root = config::parse_yaml(path, *text);
  if (!root) return std::unexpected(root.error());
  const config::Node* name = root->find("name");
  if (name == nullptr || name->text.empty())
    return fail(Code::configuration, fmt::format("{}: the pipeline has no name", path), path);
  auto prompts = prompts_beside(path, *text);
  if (!prompts) return std::unexpected(std::move(prompts.error()));
  return PipelineFile{
      .name = name->text,
      .sent = {.text = std::move(*text), .file = path, .prompts = std::move(*prompts)}};
}

Result<std::vector<wire::SentPrompt>> prompts_beside(const std::string& path,
                                                     const std::string& text) {
  std::vector<wire::SentPrompt> prompts;
  const auto root = config::parse_yaml(path, text);
  if (!root) return prompts;
  for (const std::string& name : prompts_of(*root)) {
    std::string file = prompt_file(std::filesystem::path(path).parent_path(), name);
    if (file.empty()) continue;
    auto prompt = read_file(file, wire::kPipelineBytes);
    if (!prompt) return std::unexpected(std::move(prompt.error()));
    prompts.push_back({.name = name, .text = std::move(*prompt), .file = std::move(file)});
  }
  return prompts;
}

}  // namespace docwright::client
