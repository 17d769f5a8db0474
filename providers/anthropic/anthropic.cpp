#include "providers/anthropic/anthropic.h"

#include "providers/anthropic/request.h"
#include "providers/anthropic/response.h"
#include "providers/anthropic/stream.h"

namespace docwright::providers::anthropic {
namespace {

class Messages final : public Codec {
 public:
  HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                     bool stream) const override {
    return anthropic::encode(question, dialect, endpoint, stream);
  }
  CallResult<Answer> decode(const HttpResponse& response, const Question& question,
                            const Dialect& dialect) const override {
    return anthropic::decode(response, question, dialect);
  }
  std::unique_ptr<EventReader> events(const Question& question,
                                      const Dialect& dialect) const override {
    return message_events(question, dialect);
  }
  std::int64_t overhead_tokens(const Question& question, const Dialect& dialect) const override {
    return anthropic::overhead_tokens(question, dialect);
  }
  bool reserves(std::string_view parameter) const override { return reserved(parameter); }
  bool lacks(std::string_view parameter, const Dialect&) const override {
    return lacked(parameter);
  }
  HttpRequest list_models(const Endpoint& endpoint, const Dialect& dialect) const override {
    return anthropic::list_models(endpoint, dialect);
  }
  CallResult<std::vector<std::string>> listed_models(const HttpResponse& response) const override {
    return anthropic::listed_models(response);
  }
};

}  // namespace

Provider provider() {
  Provider provider;
  provider.name = "anthropic";
  provider.sentence = "Anthropic's Messages: the Claude models.";
  provider.base_url = "https://api.anthropic.com/v1";
  provider.base_url_env = "ANTHROPIC_BASE_URL";
  provider.address = {.path = "/v1", .last = "/messages", .path_behind_prefix = true};
  provider.key_env = {"ANTHROPIC_API_KEY"};
  provider.limits = {.headers = LimitHeaders::anthropic,
                     .charged = TokensCharged::used,
                     .cached_input_counts = false};
  provider.codec = std::make_unique<const Messages>();
  return provider;
}

}  // namespace docwright::providers::anthropic
