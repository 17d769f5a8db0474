#include "providers/anthropic/stream.h"

#include "providers/anthropic/errors.h"
#include "providers/anthropic/response.h"
#include "providers/wire/members.h"
#include "providers/wire/read_json.h"
#include "providers/wire/sse.h"

namespace docwright::providers::anthropic {
namespace {

using wire::broken;
using wire::count_of;
using wire::member;
using wire::text_of;

// By the type in the data, which the event's name repeats. Types of events, blocks and deltas that
// nobody knows say nothing, like pings.
class MessageEvents final : public EventReader {
 public:
  MessageEvents(const Question& question, const Dialect& dialect)
      : question_(question), dialect_(dialect) {
    reply_.tool = question.schema_name;
  }

  void event(std::string_view, std::string_view data) override {
    if (error_ || done_ || wire::is_end_mark(data)) return;
    const Result<Json> parsed = wire::read_json(data);
    if (!parsed || !parsed->is_object()) {
      error_ = broken(ErrorClass::malformed, 200, "an event of the stream is not a JSON object");
      return;
    }
    const std::string type = text_of(*parsed, "type");
    const Json* error = member(*parsed, "error");
    if (type == "error" || (error != nullptr && !error->is_null())) {
      error_ = error_in_answer(data, started_);
      return;
    }
    take(type, *parsed);
  }

  std::string_view text() const override { return reply_.calls_tool ? reply_.input : reply_.text; }
  bool complete() const override { return done_ || error_; }

  CallResult<Answer> end() override {
    if (error_) return std::unexpected(std::move(*error_));
    if (!done_) {
      return std::unexpected(
          broken(ErrorClass::truncated, 200, "the stream ended without message_stop: it was cut"));
    }
    if (reply_.calls_tool && reply_.input.empty()) reply_.input = std::move(started_with_);
    return answer_of(std::move(reply_), question_, dialect_);
  }

 private:
  void take(std::string_view type, const Json& event) {
    if (type == "message_start") {
      if (const Json* message = member(event, "message")) start(*message);
    } else if (type == "content_block_start") {
      if (const Json* block = member(event, "content_block")) start_block(event, *block);
    } else if (type == "content_block_delta") {
      if (const Json* delta = member(event, "delta")) add(event, *delta);
    } else if (type == "message_delta") {
      if (const Json* delta = member(event, "delta")) take_stop(reply_, *delta);
      take_usage(reply_.usage, member(event, "usage"));
    } else if (type == "message_stop") {
      done_ = true;
    }
  }

  void start(const Json& message) {
    started_ = true;
    reply_.id = text_of(message, "id");
    reply_.model = text_of(message, "model");
    take_usage(reply_.usage, member(message, "usage"));
    // Of an answer that has not been written yet: only its end tells the number.
    reply_.usage.erase("output_tokens");
  }

  void start_block(const Json& event, const Json& block) {
    const std::string type = text_of(block, "type");
    if (type == "text") reply_.text += text_of(block, "text");
    if (type != "tool_use" || reply_.calls_tool || text_of(block, "name") != reply_.tool) return;
    reply_.calls_tool = true;
    tool_index_ = count_of(event, "index");
    const Json* input = member(block, "input");
    started_with_ = input != nullptr && input->is_object() ? dump_json(*input) : "{}";
  }

  void add(const Json& event, const Json& delta) {
    const std::string type = text_of(delta, "type");
    if (type == "text_delta") reply_.text += text_of(delta, "text");
    if (type == "input_json_delta" && of_the_tool(event))
      reply_.input += text_of(delta, "partial_json");
  }

  bool of_the_tool(const Json& event) const {
    return reply_.calls_tool && count_of(event, "index") == tool_index_;
  }

  const Question& question_;
  const Dialect& dialect_;
  Reply reply_;
  std::int64_t tool_index_ = 0;
  std::string started_with_;  // counts where no fragments follow
  bool started_ = false;
  bool done_ = false;
  std::optional<CallError> error_;
};

}  // namespace

std::unique_ptr<EventReader> message_events(const Question& question, const Dialect& dialect) {
  return std::make_unique<MessageEvents>(question, dialect);
}

}  // namespace docwright::providers::anthropic
