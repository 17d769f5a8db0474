#include "providers/gemini/stream.h"

#include "providers/gemini/errors.h"
#include "providers/gemini/response.h"
#include "providers/wire/members.h"
#include "providers/wire/read_json.h"
#include "providers/wire/sse.h"

namespace docwright::providers::gemini {
namespace {

using wire::broken;
using wire::member;

// Each event is a part of the answer in the form of a whole one. The end mark is a finishReason and
// the end of the stream: what comes behind it still counts.
class ContentEvents final : public EventReader {
 public:
  ContentEvents(const Question& question, const Dialect& dialect)
      : question_(question), dialect_(dialect) {
    reply_.function = question.schema_name;
  }

  void event(std::string_view, std::string_view data) override {
    if (error_ || wire::is_end_mark(data)) return;
    const Json parsed = wire::read_json(data).value_or(Json());
    // An error may come as the only entry of an array.
    const Json& document = parsed.is_array() && parsed.size() == 1 ? parsed.front() : parsed;
    if (!document.is_object()) {
      error_ = broken(ErrorClass::malformed, 200, "an event of the stream is not a JSON object");
      return;
    }
    if (const Json* error = member(document, "error"); error != nullptr && !error->is_null()) {
      error_ = error_in_answer(data, started_);
      return;
    }
    started_ = true;
    take(reply_, document);
  }

  std::string_view text() const override { return reply_.answers ? reply_.args : reply_.text; }

  CallResult<Answer> end() override {
    if (error_) return std::unexpected(std::move(*error_));
    return answer_of(std::move(reply_), question_, dialect_);
  }

 private:
  const Question& question_;
  const Dialect& dialect_;
  Reply reply_;
  bool started_ = false;
  std::optional<CallError> error_;
};

}  // namespace

std::unique_ptr<EventReader> content_events(const Question& question, const Dialect& dialect) {
  return std::make_unique<ContentEvents>(question, dialect);
}

}  // namespace docwright::providers::gemini
