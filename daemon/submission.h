// From a submit as it came to jobs as they are stored. Pure; any thread.
#pragma once
#include <span>
#include <string_view>

#include "daemon/catalog.h"
#include "runtime/clock.h"
#include "schemas/wire_requests.h"
#include "store/jobs.h"

namespace docwright::daemon {

// Checks the pipelines that came along, looks pipelines, models and budgets up, gives ids, hashes,
// and resolves what the request leaves open. `blobs` are the message's blob frames; the request has
// been checked (wire::parse_request). Errors point into the header.
Result<store::NewBatch> to_batch(const wire::SubmitRequest& request,
                                 std::span<const std::string_view> blobs, const Catalog& catalog,
                                 Duration default_deadline, Time now);

}  // namespace docwright::daemon
