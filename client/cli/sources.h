// The sources that a submit's arguments mean, read one after the other.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "client/cli/session.h"
#include "client/source_files.h"
#include "client/submission.h"

namespace docwright::cli {

// Files are read when their turn comes; those that become no job are skipped and counted. Ctrl-C
// ends it with Code::cancelled.
class Sources final {
 public:
  // `force`: generated, minified and vendored sources too. The session outlives this.
  Sources(Session& session, bool force) : session_(session), force_(force) {}

  // One of the two, once.
  Result<void> from_input(const std::string& name);
  // `listed`: from a list such as `git diff --name-only` makes, where files that are gone are
  // skipped.
  Result<void> from_files(std::vector<std::string> paths, const std::vector<std::string>& listed);

  Result<std::optional<client::Source>> next();

  bool only_one() const { return input_.has_value() || list_.files.size() == 1; }
  // The default name of the project.
  const std::string& project() const { return list_.project; }
  std::string skipped_text() const { return client::skipped_text(list_.skipped); }

 private:
  Session& session_;
  const bool force_;
  std::optional<client::Source> input_;
  client::FileList list_;
  std::size_t at_ = 0;
};

// The paths of a list, one a line; "-": from the input.
Result<std::vector<std::string>> paths_from(Session& session, const std::string& file);

}  // namespace docwright::cli
