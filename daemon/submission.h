// Turns a submit as it came into jobs as they are stored. Pure; any thread.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/catalog.h"
#include "runtime/clock.h"
#include "schemas/wire_requests.h"
#include "store/jobs.h"

namespace docwright::daemon {

struct Submitted {
  store::NewBatch batch;
  std::vector<std::string> warnings;  // sentences for whoever submits: models that retire soon
};

// Checks the pipelines that came along, looks pipelines, models and budgets up, gives ids, hashes,
// and resolves what the request leaves open. `default_model`: in place of the configuration's,
// where it is not empty. `blobs` are the message's blob frames; the request has been checked
// (wire::parse_request). Errors point into the header.
Result<Submitted> to_batch(const wire::SubmitRequest& request,
                           std::span<const std::string_view> blobs, const Catalog& catalog,
                           const std::string& default_model, Duration default_deadline, Time now);

}  // namespace docwright::daemon
