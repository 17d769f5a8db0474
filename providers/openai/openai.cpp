#include "providers/openai/openai.h"

#include "providers/openai/family.h"

namespace docwright::providers::openai {

Provider provider() {
  Provider provider;
  provider.name = "openai";
  provider.sentence = "OpenAI's Chat Completions and Responses.";
  provider.base_url = "https://api.openai.com/v1";
  provider.base_url_env = "OPENAI_BASE_URL";
  provider.key_env = {"OPENAI_API_KEY"};
  provider.limits = {.headers = LimitHeaders::openai, .charged = TokensCharged::larger};
  provider.codec = codec();
  return provider;
}

}  // namespace docwright::providers::openai
