#include "providers/gemini/gemini.h"

#include "providers/gemini/request.h"
#include "providers/gemini/response.h"
#include "providers/gemini/stream.h"

namespace docwright::providers::gemini {
namespace {

class GenerateContent final : public Codec {
 public:
  HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                     bool stream) const override {
    return gemini::encode(question, dialect, endpoint, stream);
  }
  CallResult<Answer> decode(const HttpResponse& response, const Question& question,
                            const Dialect& dialect) const override {
    return gemini::decode(response, question, dialect);
  }
  std::unique_ptr<EventReader> events(const Question& question,
                                      const Dialect& dialect) const override {
    return content_events(question, dialect);
  }
  std::int64_t overhead_tokens(const Question& question, const Dialect& dialect) const override {
    return gemini::overhead_tokens(question, dialect);
  }
  bool reserves(std::string_view parameter) const override { return reserved(parameter); }
  bool lacks(std::string_view parameter, const Dialect&) const override {
    return lacked(parameter);
  }
  HttpRequest list_models(const Endpoint& endpoint, const Dialect&) const override {
    return gemini::list_models(endpoint);
  }
  CallResult<std::vector<std::string>> listed_models(const HttpResponse& response) const override {
    return gemini::listed_models(response);
  }
};

}  // namespace

Provider provider() {
  Provider provider;
  provider.name = "gemini";
  provider.sentence = "Google's Gemini API: the Gemini models.";
  provider.base_url = "https://generativelanguage.googleapis.com/v1beta";
  provider.base_url_env = "GOOGLE_GEMINI_BASE_URL";
  provider.address = {.path = "/v1beta", .last = "/models", .path_behind_prefix = true};
  provider.key_env = {"GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_AI_API_KEY"};
  provider.limits = {.headers = LimitHeaders::none,
                     .charged = TokensCharged::used,
                     .day_begins = QuotaReset::midnight_pacific};
  provider.codec = std::make_unique<const GenerateContent>();
  return provider;
}

}  // namespace docwright::providers::gemini
