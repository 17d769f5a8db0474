#include "providers/openai/stream.h"
#include "providers/wire/members.h"
#include "providers/wire/read_json.h"
#include "providers/wire/sse.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;

// The terminal event repeats the whole answer; items that came before are kept for servers whose
// does not. Every payload names its own type; the event's name only repeats it.
class ResponsesEvents final : public EventReader {
 public:
  explicit ResponsesEvents(const Reading& reading) : reading_(reading) {}

  void event(std::string_view name, std::string_view data) override {
    if (error_ || terminal_ || is_end_mark(data)) return;
    Result<Json> parsed = read_json(data);
    if (!parsed) {
      error_ = broken(ErrorClass::malformed, 200, "an event of the stream is not JSON");
      return;
    }
    std::string type = text_of(*parsed, "type");
    if (type.empty()) type = name;
    // Flat, or nested as in Chat Completions; response.failed may follow and adds nothing.
    if (type == "error" || tells_error(*parsed)) {
      error_ = error_under_good_status(data, worked(), reading_.errors);
      return;
    }
    take(type, *parsed);
  }

  std::string_view text() const override { return text_; }
  bool complete() const override { return terminal_ || error_; }

  CallResult<Answer> end() override {
    if (error_) return std::unexpected(std::move(*error_));
    if (!terminal_) {
      return std::unexpected(
          broken(ErrorClass::truncated, 200, "the stream ended without its end mark: it was cut"));
    }
    Json* output = terminal_->contains("output") ? &(*terminal_)["output"] : nullptr;
    if (output == nullptr || output->empty()) (*terminal_)["output"] = items();
    CallResult<Answer> answer = responses_answer(*terminal_, reading_);
    if (!answer && worked()) answer.error().maybe_charged = true;
    return answer;
  }

 private:
  bool worked() const { return began_; }

  bool forced() const { return reading_.dialect.structured == Structured::tool; }

  // Those that came; where none did, the message that its parts make up.
  Json items() {
    if (!items_.empty()) return std::move(items_);
    const Json part = {{"text", forced() ? std::string() : text_}, {"refusal", refusal_}};
    return Json::array({{{"type", "message"}, {"content", Json::array({part})}}});
  }

  void take(std::string_view type, Json& event) {
    if (type.ends_with(".delta") || type == "response.output_item.added") began_ = true;
    if (type == "response.output_text.delta") {
      text_ += text_of(event, "delta");
    } else if (type == "response.refusal.delta") {
      refusal_ += text_of(event, "delta");
    } else if (type == "response.function_call_arguments.delta" && forced()) {
      text_ += text_of(event, "delta");
    } else if (type == "response.output_item.done") {
      if (Json* item = event.contains("item") ? &event["item"] : nullptr)
        items_.push_back(std::move(*item));
    } else {
      take_terminal(type, event);
    }
  }

  void take_terminal(std::string_view type, Json& event) {
    for (const std::string_view status : {"completed", "incomplete", "failed", "cancelled"}) {
      if (type != "response." + std::string(status)) continue;
      terminal_ = event.contains("response") && event["response"].is_object()
                      ? std::move(event["response"])
                      : Json::object();
      if (text_of(*terminal_, "status").empty()) (*terminal_)["status"] = status;
    }
  }

  const Reading reading_;
  std::string text_, refusal_;
  Json items_ = Json::array();
  bool began_ = false;
  std::optional<Json> terminal_;
  std::optional<CallError> error_;
};

}  // namespace

std::unique_ptr<EventReader> responses_events(const Reading& reading) {
  return std::make_unique<ResponsesEvents>(reading);
}

}  // namespace docwright::providers::openai
