#include "client/submission.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/hash.h"
#include "runtime/id.h"

namespace docwright::client {
namespace {

// Smaller than the daemon allows: progress is seen, and a resend is cheap.
constexpr std::size_t kJobsPerMessage = 200;
constexpr std::size_t kBytesPerMessage = std::size_t{4} << 20;
constexpr std::size_t kHeaderBytes = wire::kHeaderBytes / 2;  // JSON escapes may lengthen a header
constexpr std::size_t kJobOverheadBytes = 256;                // names of fields, punctuation, key

std::size_t header_bytes(const wire::SubmitJob& job) {
  std::size_t bytes = kJobOverheadBytes + wire::kPathBytes + dump_json(job.parameters).size();
  for (const auto& [name, value] : job.labels) bytes += name.size() + value.size() + 8;
  return bytes;
}

}  // namespace

Packer::Packer(NextSource next, Common common, const wire::Limits& limits)
    : next_source_(std::move(next)),
      common_(std::move(common)),
      jobs_max_(std::max<std::size_t>(1, std::min({kJobsPerMessage, limits.jobs, limits.frames - 1,
                                                   kHeaderBytes / header_bytes(common_.job)}))),
      bytes_max_(std::min(kBytesPerMessage, limits.message_bytes / 2)),
      frame_bytes_max_(std::min(limits.frame_bytes, limits.message_bytes / 2)) {}

// The same key for the same path, so that a repeated submit finds its jobs again.
std::string Packer::key_of(const std::string& path) const {
  const std::string& prefix = common_.key;
  if (prefix.empty() || common_.one_source) return prefix;
  std::string key = fmt::format("{}:{}", prefix, path);
  return key.size() <= wire::kKeyBytes ? key : fmt::format("{}:{}", prefix, hex(sha256(path)));
}

Result<std::optional<Submission>> Packer::pack() {
  Submission message;
  message.request.project = common_.project;
  message.request.tenant = common_.tenant;
  message.request.pipelines = pipelines_;
  std::size_t bytes = 0;
  while (message.blobs.size() < jobs_max_) {
    auto source =
        held_ ? Result<std::optional<Source>>(std::exchange(held_, std::nullopt)) : next_source_();
    if (!source) return std::unexpected(std::move(source.error()));
    if (!*source) break;
    Source& one = **source;
    if (one.text.size() > frame_bytes_max_) {
      return fail(Code::too_large, fmt::format("{} has {} bytes, and the daemon takes at most {}",
                                               one.path, one.text.size(), frame_bytes_max_));
    }
    if (!message.blobs.empty() && bytes + one.text.size() > bytes_max_) {
      held_ = std::move(**source);
      break;
    }
    bytes += one.text.size();
    wire::SubmitJob job = common_.job;
    job.key = key_of(one.path);
    job.path = std::move(one.path);
    job.blob = static_cast<std::int64_t>(message.blobs.size());
    message.request.jobs.push_back(std::move(job));
    message.blobs.push_back(std::move(one.text));
  }
  if (message.blobs.empty()) return std::nullopt;
  return std::optional(std::move(message));
}

// One message ahead: only then is it known whether the first needs a batch that others can join.
Result<std::optional<Submission>> Packer::next() {
  if (!begun_) {
    begun_ = true;
    auto first = pack();
    if (!first) return first;
    ahead_ = std::move(*first);
  }
  if (!ahead_) return std::nullopt;
  auto following = pack();
  if (!following) return std::unexpected(std::move(following.error()));
  if (*following && batch_.empty()) batch_ = new_id(SystemClock().now());
  auto message = std::exchange(ahead_, std::move(*following));
  message->request.batch = batch_;
  return message;
}

}  // namespace docwright::client
