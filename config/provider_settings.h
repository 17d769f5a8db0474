// The parts of settings_spec() (settings.h) about providers.
#pragma once
#include "config/settings.h"

namespace docwright::config {

const Spec<HttpSettings>& http_spec();
const Spec<ProviderSettings>& provider_spec();
const Spec<LimitSettings>& limit_spec();

}  // namespace docwright::config
