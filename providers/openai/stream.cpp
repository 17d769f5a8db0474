#include "providers/openai/stream.h"

#include <algorithm>

#include "providers/openai/response.h"
#include "providers/wire/errors.h"
#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

using wire::broken;
using wire::error_of;
using wire::member;
using wire::text_of;

class ChatEvents final : public EventReader {
 public:
  void event(std::string_view, std::string_view data) override {
    if (error_) return;
    if (data == "[DONE]") {
      done_ = true;
      return;
    }
    const Result<Json> chunk = parse_json(data);
    if (!chunk || !chunk->is_object()) {
      error_ = broken(ErrorClass::malformed, 200, "an event of the stream is not a JSON object");
      return;
    }
    if (const Json* error = member(*chunk, "error"); error != nullptr && !error->is_null()) {
      error_ = error_of({200, {}, std::string(data)});
      return;
    }
    take(*chunk);
  }

  std::string_view text() const override { return answer_.text; }

  CallResult<Answer> end() override {
    if (error_) return std::unexpected(std::move(*error_));
    if (answer_.finish_raw.empty()) {
      return std::unexpected(broken(ErrorClass::truncated, 200,
                                    "the stream ended without a finish_reason: it was cut"));
    }
    if (!done_) {
      return std::unexpected(
          broken(ErrorClass::truncated, 200, "the stream ended without its end mark: it was cut"));
    }
    answer_.finish = finish_of(answer_.finish_raw, !refusal_.empty(), calls_a_tool_);
    if (answer_.finish == Finish::refusal && answer_.text.empty()) answer_.text = refusal_;
    return std::move(answer_);
  }

 private:
  // Empty names do not replace known ones: Azure's first chunk has them. Usage comes with any
  // chunk; the last counts, as some servers repeat a growing one.
  void take(const Json& chunk) {
    if (std::string id = text_of(chunk, "id"); !id.empty()) answer_.response_id = std::move(id);
    if (std::string model = text_of(chunk, "model"); !model.empty())
      answer_.model = std::move(model);
    if (auto usage = usage_of(chunk)) answer_.usage = usage;
    const Json* choices = member(chunk, "choices");
    if (choices == nullptr || !choices->is_array() || choices->empty()) return;
    const Json& choice = choices->front();
    if (const Json* delta = member(choice, "delta")) {
      answer_.text += text_of(*delta, "content");
      refusal_ += text_of(*delta, "refusal");
      const Json* calls = member(*delta, "tool_calls");
      calls_a_tool_ |= calls != nullptr && calls->is_array() && !calls->empty();
    }
    // A filter that speaks after the end mark takes the answer back.
    const std::string raw = text_of(choice, "finish_reason");
    if (!raw.empty()) answer_.finish_raw = raw;
  }

  Answer answer_;
  std::string refusal_;
  bool calls_a_tool_ = false;
  bool done_ = false;
  std::optional<CallError> error_;
};

}  // namespace

std::unique_ptr<EventReader> chat_events() {
  return std::make_unique<ChatEvents>();
}

}  // namespace docwright::providers::openai
