#include "client/source_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "client/git.h"
#include "runtime/characters.h"
#include "runtime/text.h"

namespace docwright::client {
namespace {

namespace fs = std::filesystem;

// A path that was given, made absolute; links on the way to it are followed, for a person has named
// it.
struct Named {
  fs::path path;
  bool folder = false;
};

Result<Named> find(const std::string& given) {
  std::error_code error;
  const fs::path path = fs::canonical(given, error);
  if (error)
    return fail(Code::invalid_request, fmt::format("{}: {}", given, error.message()), given);
  if (fs::is_directory(path, error)) return Named{path, true};
  if (fs::is_regular_file(path, error)) return Named{path, false};
  return fail(Code::invalid_request, fmt::format("{}: neither a file nor a folder", given), given);
}

fs::path folder_of(const Named& named) {
  return named.folder ? named.path : named.path.parent_path();
}

fs::path common_folder(const std::vector<Named>& all) {
  fs::path common = folder_of(all.front());
  for (const Named& named : all) {
    const fs::path folder = folder_of(named);
    const auto [end, unused] =
        std::mismatch(common.begin(), common.end(), folder.begin(), folder.end());
    fs::path shorter;
    for (auto part = common.begin(); part != end; ++part) shorter /= *part;
    common = shorter;
  }
  return common;
}

// The repository that holds everything, else the folder in common.
fs::path root_of(const std::vector<Named>& all) {
  const auto top = git_top(folder_of(all.front()).string());
  if (!top) return common_folder(all);
  const bool one = std::ranges::all_of(
      all, [&top](const Named& named) { return git_top(folder_of(named).string()) == top; });
  return one ? fs::path(*top) : common_folder(all);
}

class Lister final {
 public:
  Lister(FileList& list, const ListLimits& limits, const std::function<bool()>& stopped)
      : list_(list), limits_(limits), stopped_(stopped) {}

  Result<void> folder(const fs::path& folder) {
    return git_top(folder.string()) ? by_git(folder) : by_walk(folder);
  }

  // A file whose kind is not known yet.
  Result<void> candidate(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(file, error);
    if (error || status.type() == fs::file_type::not_found) return skip("missing");
    if (status.type() == fs::file_type::symlink) return skip("symbolic link");
    if (status.type() != fs::file_type::regular) return skip("not a regular file");
    return regular(file, false);
  }

  Result<void> regular(const fs::path& file, bool named) {
    const std::string path = file.lexically_relative(list_.root).generic_string();
    if (invalid_utf8(path)) return skip("name is not UTF-8");
    if (std::ranges::any_of(path, is_control)) return skip("control characters in its name");
    if (path.size() > limits_.path_bytes_max) return skip("path too long");
    list_.files.push_back({path, file.string(), named});
    return go_on();
  }

 private:
  Result<void> skip(const char* reason) {
    ++list_.skipped[reason];
    return go_on();
  }

  Result<void> go_on() {
    if (list_.files.size() > limits_.files_max) {
      return fail(Code::too_large,
                  fmt::format("more than {} files: submit fewer at once", limits_.files_max));
    }
    if (++seen_ % 256 == 0 && stopped_ && stopped_()) return fail(Code::cancelled, "interrupted");
    return {};
  }

  Result<void> by_git(const fs::path& folder) {
    const auto files = git_files(folder.string());
    if (!files) return std::unexpected(files.error());
    for (const std::string& file : *files) {
      if (auto added = candidate(folder / file); !added) return added;
    }
    return {};
  }

  Result<void> by_walk(const fs::path& folder) {
    std::error_code error;
    auto entry = fs::recursive_directory_iterator(
        folder, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      std::error_code ignored;
      const bool is_folder = entry->is_directory(ignored) && !entry->is_symlink(ignored);
      Result<void> added;
      if (!is_folder) {
        added = candidate(entry->path());
      } else if (entry->path().filename().string().starts_with('.')) {
        entry.disable_recursion_pending();
        added = skip("hidden folder");
      } else {
        added = go_on();
      }
      if (!added) return added;
    }
    if (error) return fail(Code::io, fmt::format("{}: {}", folder.string(), error.message()));
    return {};
  }

  FileList& list_;
  const ListLimits& limits_;
  const std::function<bool()>& stopped_;
  std::size_t seen_ = 0;
};

}  // namespace

std::string skipped_text(const Skipped& skipped) {
  std::int64_t all = 0;
  std::vector<std::string> parts;
  for (const auto& [reason, count] : skipped) {
    all += count;
    parts.push_back(fmt::format("{} {}", count, reason));
  }
  return all == 0 ? "" : fmt::format("{} skipped: {}", all, fmt::join(parts, ", "));
}

Result<FileList> list_files(const std::vector<std::string>& paths, const ListLimits& limits,
                            const std::function<bool()>& stopped) {
  std::vector<Named> all;
  for (const std::string& path : paths) {
    auto named = find(path);
    if (!named) return std::unexpected(named.error());
    all.push_back(std::move(*named));
  }
  FileList list;
  if (all.empty()) return list;
  const fs::path root = root_of(all);
  list.root = root.string();
  list.project = root.filename().string();
  Lister lister(list, limits, stopped);
  for (const Named& named : all) {
    auto added = named.folder ? lister.folder(named.path) : lister.regular(named.path, true);
    if (!added) return std::unexpected(added.error());
  }
  // Of a file that is given by itself and in a folder, the first stays.
  std::ranges::sort(list.files, {}, [](const SourceFile& file) {
    return std::tuple<const std::string&, bool>(file.path, !file.named);
  });
  const auto twice = std::ranges::unique(list.files, {}, &SourceFile::path);
  list.files.erase(twice.begin(), twice.end());
  return list;
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return fail(Code::invalid_request, fmt::format("{}: expected a file, got a folder", path));
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    const int cause = errno;
    return fail(
        cause == ENOENT ? Code::invalid_request : Code::io,
        fmt::format("{}: cannot be read: {}", path, std::generic_category().message(cause)));
  }
  std::string text;
  std::string buffer(std::size_t{64} << 10, '\0');
  while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         stream.gcount() > 0) {
    text.append(buffer, 0, static_cast<std::size_t>(stream.gcount()));
    if (text.size() > bytes_max)
      return fail(Code::too_large, fmt::format("{}: larger than {} bytes", path, bytes_max));
  }
  return text;
}

}  // namespace docwright::client
