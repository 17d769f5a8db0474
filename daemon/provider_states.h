// How those stand that the daemon can ask: keys that are refused, quotas that are used up, models
// that are left alone, calls in flight.
#pragma once
#include "daemon/catalog.h"
#include "pipeline/call/call_desk.h"
#include "providers/credentials.h"
#include "schemas/wire_replies.h"

namespace docwright::daemon {

// Of `provider list`; the default model is the caller's to say. Loop thread; reads small files,
// asks nobody. No key is in it.
wire::ProviderReply provider_states(const Catalog& catalog,
                                    const providers::Credentials& credentials,
                                    pipeline::CallDesk& calls);

}  // namespace docwright::daemon
