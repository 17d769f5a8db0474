#include "providers/openai/family.h"

#include <algorithm>

#include "providers/openai/request.h"
#include "providers/openai/response.h"
#include "providers/openai/stream.h"

namespace docwright::providers::openai {
namespace {

class FamilyCodec final : public Codec {
 public:
  explicit FamilyCodec(Variant variant) : variant_(variant) {}

  HttpRequest encode(const Question& question, const Dialect& dialect, const Endpoint& endpoint,
                     bool stream) const override {
    const bool chat = dialect.api == Api::chat;
    const std::string& model = endpoint.deployment.empty() ? question.model : endpoint.deployment;
    Wanted wanted{question, dialect, model, stream, {}, [&](std::string_view parameter) {
                    return !reserves(parameter) && !lacks(parameter, dialect);
                  }};
    if (variant_.takes_cache_key == nullptr || variant_.takes_cache_key(endpoint, dialect))
      wanted.cache_key = prompt_cache_key(question, dialect);
    HttpRequest request;
    request.url =
        variant_.address(endpoint, dialect, model, chat ? "chat/completions" : "responses");
    request.headers.emplace_back("Content-Type", "application/json");
    add_headers(request, endpoint, dialect);
    request.body = chat ? chat_body(wanted) : responses_body(wanted);
    return request;
  }

  CallResult<Answer> decode(const HttpResponse& response, const Question& question,
                            const Dialect& dialect) const override {
    const Reading reading{question, dialect, variant_.errors};
    return dialect.api == Api::chat ? decode_chat(response, reading)
                                    : decode_responses(response, reading);
  }

  std::unique_ptr<EventReader> events(const Question& question,
                                      const Dialect& dialect) const override {
    const Reading reading{question, dialect, variant_.errors};
    return dialect.api == Api::chat ? chat_events(reading) : responses_events(reading);
  }

  std::int64_t overhead_tokens(const Question& question, const Dialect& dialect) const override {
    return openai::overhead_tokens(question, dialect);
  }

  bool reserves(std::string_view parameter) const override { return openai::reserved(parameter); }

  bool lacks(std::string_view parameter, const Dialect& dialect) const override {
    const auto among = [&](std::span<const std::string_view> names) {
      return std::ranges::find(names, parameter) != names.end();
    };
    return among(variant_.lacks) || (dialect.api == Api::responses && among(responses_lack()));
  }

  HttpRequest list_models(const Endpoint& endpoint, const Dialect& dialect) const override {
    HttpRequest request;
    request.method = "GET";
    request.url = variant_.address(endpoint, dialect, {}, "models");
    add_headers(request, endpoint, dialect);
    return request;
  }

  CallResult<std::vector<std::string>> listed_models(const HttpResponse& response) const override {
    return openai::listed_models(response, variant_.errors);
  }

 private:
  void add_headers(HttpRequest& request, const Endpoint& endpoint, const Dialect& dialect) const {
    if (!endpoint.key.empty())
      request.headers.push_back(variant_.authorisation(endpoint.key, dialect));
    request.headers.insert(request.headers.end(), endpoint.headers.begin(), endpoint.headers.end());
  }

  const Variant variant_;
};

}  // namespace

std::string plain_address(const Endpoint& endpoint, const Dialect&, std::string_view,
                          std::string_view path) {
  return endpoint.base_url + '/' + std::string(path);
}

Headers::value_type bearer(const std::string& key, const Dialect&) {
  return {"Authorization", "Bearer " + key};
}

std::unique_ptr<const Codec> codec(Variant variant) {
  return std::make_unique<const FamilyCodec>(variant);
}

}  // namespace docwright::providers::openai
