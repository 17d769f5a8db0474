// What every verb works with: the common options, the output, and the daemon once it is needed.
// Main thread only.
#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/interrupt.h"
#include "client/cli/options.h"
#include "client/cli/output.h"
#include "client/cli/table.h"
#include "client/docwright_client.h"
#include "config/environment.h"
#include "config/load.h"

namespace docwright::cli {

class Session final {
 public:
  // The output outlives the session.
  Session(CommonOptions common, config::Environment environment, Output& output);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Output& out() { return output_; }
  const config::Environment& environment() const { return environment_; }
  const CommonOptions& common() const { return common_; }
  // As asked for, else a table.
  Format format() const;
  bool format_given() const { return !common_.output.empty(); }

  // Connects when first asked.
  Result<client::Client*> daemon();
  // One question to the daemon.
  template <class Request>
  Result<typename Request::Reply> ask(const Request& request) {
    const auto client = daemon();
    if (!client) return std::unexpected(client.error());
    return (*client)->ask(request);
  }
  // The configuration that a daemon started the same way would have. `file`: instead of its
  // docwright.yaml.
  std::expected<config::Configuration, config::Errors> configuration(
      const std::optional<std::string>& file) const;

  // From the first call on, Ctrl-C is ours.
  const Interrupt& interrupt();

  // The batch that was submitted last is @last.
  void remember_batch(std::string_view id);
  Result<std::string> expand(std::string_view id) const;
  // What ids of batches and jobs (or unique prefixes, or @last; none: @last) select. Jobs come
  // together, each batch by itself.
  Result<std::vector<wire::Selection>> selections(const std::vector<std::string>& ids);

  // Of a destructive verb: yes with --yes, else what the person at the terminal says; without a
  // terminal an error.
  Result<bool> confirm(std::string_view question, bool yes);

 private:
  std::string memory_file() const;

  const CommonOptions common_;
  const config::Environment environment_;
  Output& output_;
  std::optional<Interrupt> interrupt_;
  std::unique_ptr<client::Client> client_;
};

}  // namespace docwright::cli
