// UUIDv7 (RFC 9562): ids that sort by the time they were made. Opaque strings to the outside.
#pragma once
#include <string>
#include <string_view>

#include "runtime/clock.h"

namespace docwright {

// 36 characters, lower case. Thread-safe, no state: 12 bits of microseconds follow the
// milliseconds, then 62 random bits.
std::string new_id(Time now);
bool is_id(std::string_view text);

// W3C trace context (level 2): "00-<32 hex>-<16 hex>-<2 hex>".
std::string new_traceparent();
// The trace id of a valid traceparent, else empty (all-zero ids and upper case are invalid).
std::string_view trace_id(std::string_view traceparent);
// Same trace, new parent (span) id; a bad traceparent starts a new trace.
std::string child_traceparent(std::string_view traceparent);

}  // namespace docwright
