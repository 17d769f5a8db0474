// How the daemon's providers stand: keys that are refused, quotas that are used up, models that are
// left alone, calls in flight.
#pragma once
#include "daemon/catalog.h"
#include "pipeline/call/call_desk.h"
#include "providers/credentials.h"
#include "schemas/wire_replies.h"

namespace docwright::daemon {

// The answer to `provider list`, but for the default model, which the caller fills in. Loop thread;
// reads small files and sends nothing. Holds no key.
wire::ProviderReply provider_states(const Catalog& catalog,
                                    const providers::Credentials& credentials,
                                    pipeline::CallDesk& calls);

}  // namespace docwright::daemon
