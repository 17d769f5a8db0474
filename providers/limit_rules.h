// How a provider counts its limits, and where its answers say what is left of them.
#pragma once
#include "providers/answer.h"

namespace docwright::providers {

// Which headers of an answer speak of limits (wire/limit_headers.h reads them).
enum class LimitHeaders { none, openai, azure, groq, anthropic };

// What a call takes from a limit of tokens.
enum class TokensCharged {
  used,       // what it turns out to use
  requested,  // the prompt and the answer limit, before anything is written; nothing comes back
  larger      // the larger one of the two, likewise
};

// As its documentation says; a contract may differ, so the configuration goes before it.
struct LimitRules {
  LimitHeaders headers = LimitHeaders::none;
  TokensCharged charged = TokensCharged::used;
  bool cached_input_counts = true;  // what came from the provider's cache counts as well
  QuotaReset day_begins = QuotaReset::midnight_utc;  // when limits per day begin anew
};

}  // namespace docwright::providers
