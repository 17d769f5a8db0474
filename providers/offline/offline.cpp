#include "providers/offline/offline.h"

#include "providers/offline/document.h"
#include "runtime/hash.h"

namespace docwright::providers::offline {
namespace {

constexpr std::string_view kNote =
    "Written offline from the outline's facts; no model has read the code.";

class Offline final : public LocalAnswerer {
 public:
  CallResult<Answer> answer(const Question& question) const override {
    if (question.facts == nullptr) {
      CallError error;
      error.error_class = ErrorClass::invalid_request;
      error.message = "the offline model answers from facts, and this question has none";
      return std::unexpected(std::move(error));
    }
    const Wording wording{words_of, std::string(kNote)};
    Answer answer;
    answer.text = dump_json(answer_for(*question.schema, facts_of(*question.facts), wording));
    answer.finish_raw = "stop";
    answer.usage = Usage{};
    answer.model = question.model;
    answer.response_id = "offline-" + hex(sha256(answer.text)).substr(0, 16);
    return answer;
  }
};

}  // namespace

Provider provider() {
  Provider provider;
  provider.name = "offline";
  provider.sentence =
      "Writes documents from the outline's facts alone: no key, no network, no cost.";
  provider.key_required = false;
  provider.local = std::make_unique<const Offline>();
  return provider;
}

}  // namespace docwright::providers::offline
