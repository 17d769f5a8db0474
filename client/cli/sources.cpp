#include "client/cli/sources.h"

#include <fmt/format.h>

#include <filesystem>

#include "client/cli/input.h"
#include "client/git.h"
#include "client/source_rules.h"

namespace docwright::cli {
namespace {

constexpr std::size_t kInputBytesMax = std::size_t{64} << 20;

std::string project_here() {
  const std::filesystem::path here = std::filesystem::current_path();
  return std::filesystem::path(client::git_top(here.string()).value_or(here.string()))
      .filename()
      .string();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end != 0) lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

}  // namespace

Result<void> Sources::from_input(const std::string& name) {
  if (name.empty())
    return fail(Code::invalid_request, "'-' needs --name PATH: what the source is called");
  auto text = read_input(session_.interrupt(), kInputBytesMax);
  if (!text) return std::unexpected(std::move(text.error()));
  input_ = client::Source{name, std::move(*text)};
  list_.project = project_here();
  return {};
}

Result<void> Sources::from_files(std::vector<std::string> paths,
                                 const std::vector<std::string>& listed) {
  std::int64_t missing = 0;
  for (const std::string& path : listed) {
    std::error_code error;
    const bool gone = std::filesystem::symlink_status(path, error).type() ==
                      std::filesystem::file_type::not_found;
    if (gone) {
      ++missing;
    } else {
      paths.push_back(path);
    }
  }
  const Interrupt& interrupt = session_.interrupt();
  auto list = client::list_files(paths, {.path_bytes_max = wire::kPathBytes},
                                 [&interrupt] { return interrupt.happened(); });
  if (!list) return std::unexpected(std::move(list.error()));
  list_ = std::move(*list);
  if (missing > 0) list_.skipped["missing"] += missing;
  return {};
}

Result<std::optional<client::Source>> Sources::next() {
  if (input_) return std::exchange(input_, std::nullopt);
  while (at_ < list_.files.size()) {
    if (session_.interrupt().happened()) return fail(Code::cancelled, "interrupted");
    const client::SourceFile& file = list_.files[at_++];
    std::string reason = client::reason_to_skip_unread(file.path, file.named, force_);
    if (reason.empty()) {
      auto text = client::read_file(file.file, client::kSourceBytesMax);
      if (text) {
        reason = client::reason_to_skip(file.path, *text, file.named, force_);
      } else {
        reason = text.error().code == Code::too_large ? "too_large" : "unreadable";
      }
      if (reason.empty()) return client::Source{file.path, std::move(*text)};
    }
    ++list_.skipped[reason];
  }
  return std::nullopt;
}

Result<std::vector<std::string>> paths_from(Session& session, const std::string& file) {
  const auto text = file == "-" ? read_input(session.interrupt(), kInputBytesMax)
                                : client::read_file(file, kInputBytesMax);
  if (text) return lines_of(*text);
  if (text.error().code == Code::cancelled) return std::unexpected(text.error());
  return fail(Code::invalid_request, fmt::format("--files-from: {}", text.error().message));
}

}  // namespace docwright::cli
