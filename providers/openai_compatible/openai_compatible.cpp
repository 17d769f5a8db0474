#include "providers/openai_compatible/openai_compatible.h"

#include "providers/openai/family.h"

namespace docwright::providers::openai_compatible {

Provider provider() {
  Provider provider;
  provider.name = "openai_compatible";
  provider.sentence = "Any server that speaks OpenAI's formats, at an address of yours.";
  provider.key_required = false;
  // Gateways speak of limits as OpenAI does; of one that says nothing, nothing is known.
  provider.limits = {.headers = LimitHeaders::openai, .charged = TokensCharged::used};
  provider.codec = openai::codec();
  return provider;
}

}  // namespace docwright::providers::openai_compatible
