// Sources and their options, packed into messages that the daemon will take.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/docwright_client.h"

namespace docwright::client {

// A source on its way: what its job is called, and its bytes.
struct Source {
  std::string path;
  std::string text;
};

// Packs sources into messages, each with as much as fits. Where one message is not enough they all
// name one new batch.
class Packer final {
 public:
  using NextSource = std::function<Result<std::optional<Source>>()>;
  struct Common {
    std::string project, tenant;
    wire::SubmitJob job;      // of every job, but for path, blob and key
    std::string key;          // empty, or the prefix of every job's key
    bool one_source = false;  // whose key it is, as it stands
  };
  Packer(NextSource next, Common common, const wire::Limits& limits);

  // With every message from now on.
  void send_along(wire::SentPipeline pipeline) { pipelines_.push_back(std::move(pipeline)); }
  // For Client::submit_all.
  Result<std::optional<Submission>> next();

 private:
  Result<std::optional<Submission>> pack();
  std::string key_of(const std::string& path) const;

  // Constant after construction.
  const NextSource next_source_;
  const Common common_;
  const std::size_t jobs_max_, bytes_max_, frame_bytes_max_;

  std::vector<wire::SentPipeline> pipelines_;
  std::optional<Source> held_;       // did not fit into the message before
  std::optional<Submission> ahead_;  // packed, not yet given
  std::string batch_;                // empty while one message may be enough
  bool begun_ = false;
};

}  // namespace docwright::client
