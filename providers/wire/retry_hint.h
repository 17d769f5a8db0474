// When an error answer says to come back.
#pragma once
#include "providers/provider.h"

namespace docwright::providers::wire {

// In this order: retry-after-ms; retry-after (seconds, or an HTTP date against the answer's own
// Date header: clocks differ); x-ratelimit-reset-* or anthropic-ratelimit-*-reset (a moment,
// against the Date header too) of the limit of which nothing is left; "try again in 41.724s" in the
// message. Never negative; a hint of more than a day counts as a day.
std::optional<Duration> retry_hint(const HttpResponse& response, std::string_view message);

// "6m0s", "1m26.4s", "120ms", "1h2m3s", "45 seconds", "0.5" (seconds). Absent where `text` does not
// begin with one.
std::optional<Duration> go_duration(std::string_view text);

// "Wed, 21 Oct 2026 07:28:00 GMT"
std::optional<std::chrono::sys_seconds> http_date(std::string_view text);

}  // namespace docwright::providers::wire
