#include "providers/openai/openai.h"

#include "providers/openai/request.h"
#include "providers/openai/response.h"
#include "providers/openai/stream.h"

namespace docwright::providers::openai {
namespace {

class ChatCompletions final : public Codec {
 public:
  HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                     bool stream) const override {
    return openai::encode(question, dialect, endpoint, stream);
  }
  CallResult<Answer> decode(const HttpResponse& response, const Question&,
                            const Dialect&) const override {
    return openai::decode(response);
  }
  std::unique_ptr<EventReader> events(const Question&, const Dialect&) const override {
    return openai::chat_events();
  }
  std::int64_t overhead_tokens(const Question& question, const Dialect&) const override {
    return openai::overhead_tokens(question);
  }
  bool reserves(std::string_view parameter) const override { return openai::reserved(parameter); }
  HttpRequest list_models(const Endpoint& endpoint, const Dialect&) const override {
    return openai::list_models(endpoint);
  }
  CallResult<std::vector<std::string>> listed_models(const HttpResponse& response) const override {
    return openai::listed_models(response);
  }
};

}  // namespace

Provider provider() {
  Provider provider;
  provider.name = "openai";
  provider.sentence = "OpenAI's Chat Completions, and every server that speaks them.";
  provider.base_url = "https://api.openai.com/v1";
  provider.base_url_env = "OPENAI_BASE_URL";
  provider.key_env = {"OPENAI_API_KEY"};
  provider.limits = {.headers = LimitHeaders::openai, .charged = TokensCharged::larger};
  provider.codec = std::make_unique<const ChatCompletions>();
  return provider;
}

}  // namespace docwright::providers::openai
