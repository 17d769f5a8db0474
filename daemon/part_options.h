// Settings in the words of the parts that they are for.
#pragma once
#include <optional>

#include "config/load.h"
#include "daemon/dispatcher.h"
#include "daemon/reception.h"
#include "outline/outline_service.h"
#include "providers/http_client.h"
#include "runtime/log.h"
#include "store/retention.h"
#include "store/store.h"

namespace docwright::daemon {

store::StoreOptions store_options(const config::Configuration& configuration);
store::Retention retention_of(const config::RetentionSettings& settings);
// How long answers serve other jobs (0: for good); none: not at all.
std::optional<Duration> cache_time(const config::CacheSettings& settings);
wire::Limits limits_of(const config::FrontDoorSettings& settings);
ReceptionOptions reception_options(const config::Settings& settings);
DispatcherOptions dispatcher_options(const config::QueueSettings& settings);
providers::HttpOptions http_options(const config::HttpSettings& settings);
outline::ServiceOptions outline_options(const config::OutlineSettings& settings);
Log::Level level_of(config::LogLevel level);

}  // namespace docwright::daemon
