#include "schemas/wire_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "runtime/id.h"

namespace docwright::wire {
namespace {

using Problem = std::optional<Error>;

Error invalid(std::string message, std::string at) {
  return Error{Code::invalid_request, std::move(message), std::move(at)};
}

std::string at_job(std::size_t job, std::string_view field) {
  return fmt::format("/jobs/{}/{}", job, field);
}

// Two jobs of one message with one key cannot both be meant; keys are unique per tenant.
Problem check_keys(const std::vector<SubmitJob>& jobs) {
  using Key = std::pair<std::pair<std::string_view, std::string_view>, std::size_t>;
  std::vector<Key> keys;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!jobs[i].key.empty()) keys.push_back({{jobs[i].tenant, jobs[i].key}, i});
  }
  std::ranges::sort(keys);
  const auto twice = std::ranges::adjacent_find(keys, {}, &Key::first);
  if (twice == keys.end()) return std::nullopt;
  return invalid(fmt::format("job {} has the same key", twice->second),
                 at_job(std::next(twice)->second, "key"));
}

Problem check_blobs(const std::vector<SubmitJob>& jobs, std::size_t blobs) {
  std::vector<bool> used(blobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto blob = static_cast<std::size_t>(jobs[i].blob);
    if (blob >= blobs) {
      return invalid(
          fmt::format("there is no blob frame {}: {} came after the header", blob, blobs),
          at_job(i, "blob"));
    }
    used[blob] = true;
  }
  const auto unused = std::ranges::find(used, false);
  if (unused == used.end()) return std::nullopt;
  return invalid(fmt::format("no job names blob frame {}", unused - used.begin()), "/jobs");
}

Problem check_one(const SubmitJob& job, std::size_t index) {
  if (job.delay >= job.deadline.value_or(kDeadlineMax))
    return invalid("the delay must be shorter than the deadline", at_job(index, "delay"));
  if (!job.traceparent.empty() && trace_id(job.traceparent).empty()) {
    return invalid(
        "not a W3C traceparent: expected 00-<32 hex>-<16 hex>-<2 hex>, lower case, not all zero",
        at_job(index, "traceparent"));
  }
  return std::nullopt;
}

Problem check_verb(const SubmitRequest& request, std::size_t blobs, const Limits& limits) {
  if (request.jobs.size() > limits.jobs) {
    return Error{Code::too_large,
                 fmt::format("{} jobs are too many for one message: at most {} are allowed",
                             request.jobs.size(), limits.jobs),
                 "/jobs"};
  }
  if (!request.batch.empty() && !is_id(request.batch)) {
    return invalid("not an id: a new or an existing batch is named by a whole UUID in lower case",
                   "/batch");
  }
  for (std::size_t i = 0; i < request.jobs.size(); ++i) {
    if (auto problem = check_one(request.jobs[i], i)) return problem;
  }
  if (auto problem = check_blobs(request.jobs, blobs)) return problem;
  return check_keys(request.jobs);
}

Problem check_verb(const ResultRequest& request, std::size_t, const Limits&) {
  const int given =
      int{!request.jobs.empty()} + int{!request.batch.empty()} + int{!request.project.empty()};
  if (given != 1) return invalid("exactly one of 'jobs', 'batch' and 'project' is needed", "");
  if (!request.project.empty() && request.wait != Duration{})
    return invalid("a project never ends: 'wait' needs 'jobs' or 'batch'", "/wait");
  return std::nullopt;
}

Problem check_verb(const BudgetRequest& request, std::size_t, const Limits&) {
  const bool limits_given = !request.limit.empty() || request.tokens.has_value();
  if (request.action == "set" && !limits_given)
    return invalid("to set a budget takes 'limit' or 'tokens' or both", "");
  if (request.action != "set" && limits_given)
    return invalid(
        fmt::format("'limit' and 'tokens' belong to \"set\", not to \"{}\"", request.action),
        "/action");
  return std::nullopt;
}

Problem check_verb(const CancelRequest& request, std::size_t, const Limits&) {
  const int given = int{!request.jobs.empty()} + int{!request.batch.empty()} + int{request.all};
  if (given != 1) return invalid("exactly one of 'jobs', 'batch' and 'all' is needed", "");
  return std::nullopt;
}

Problem check_verb(const CacheRequest& request, std::size_t, const Limits&) {
  const bool narrowed = !request.model.empty() || request.older_than != Duration{};
  if (request.action == "show" && narrowed)
    return invalid("'model' and 'older_than' belong to \"clear\", not to \"show\"", "/action");
  if (request.action == "clear" && request.by != CacheRequest{}.by)
    return invalid("'by' belongs to \"show\", not to \"clear\"", "/by");
  return std::nullopt;
}

Problem check_verb(const ProviderRequest& request, std::size_t, const Limits&) {
  if (request.action == "use" && request.name.empty())
    return invalid("to use a provider, model or route takes its 'name'", "/name");
  if (request.action != "use" && !request.name.empty())
    return invalid(fmt::format("'name' belongs to \"use\", not to \"{}\"", request.action),
                   "/action");
  return std::nullopt;
}

template <class Request>
Problem check_verb(const Request& request, std::size_t, const Limits&) {
  if constexpr (std::is_base_of_v<Selection, Request>) {
    if (request.jobs.empty() == request.batch.empty())
      return invalid("exactly one of 'jobs' and 'batch' is needed", "");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> check(const Verb& verb, std::span<const std::string_view> blobs,
                           const Limits& limits) {
  if (!blobs.empty() && !std::holds_alternative<SubmitRequest>(verb))
    return invalid("only a submit has blob frames", "");
  return std::visit([&](const auto& request) { return check_verb(request, blobs.size(), limits); },
                    verb);
}

}  // namespace docwright::wire
