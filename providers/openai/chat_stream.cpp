#include <algorithm>

#include "providers/openai/stream.h"
#include "providers/wire/members.h"
#include "providers/wire/read_json.h"
#include "providers/wire/sse.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;

// A member that is there and not null.
const Json* given(const Json& json, std::string_view name) {
  const Json* found = member(json, name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

class ChatEvents final : public EventReader {
 public:
  explicit ChatEvents(const Reading& reading) : reading_(reading) {}

  void event(std::string_view name, std::string_view data) override {
    if (error_) return;
    // Some servers name their errors, and send the end mark before or after them.
    if (name == "error") return fail(data);
    if (done_) return;
    if (is_end_mark(data)) {
      done_ = true;
      return;
    }
    const Result<Json> chunk = read_json(data);
    if (!chunk) {  // (a value that is no object says nothing)
      error_ = broken(ErrorClass::malformed, 200, "an event of the stream is not JSON");
      return;
    }
    if (tells_error(*chunk)) return fail(data);
    const Json* groq = given(*chunk, "x_groq");
    if (const Json* error = groq == nullptr ? nullptr : error_in(*groq))
      return fail(dump_json({{"error", *error}}));
    take(*chunk);
  }

  std::string_view text() const override { return deeds_.answered ? deeds_.arguments : text_; }
  bool complete() const override { return done_ || error_; }

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
    if (counted_ != written()) answer_.usage.reset();
    conclude(answer_, std::move(text_), std::move(deeds_));
    return std::move(answer_);
  }

 private:
  void fail(std::string_view data) {
    error_ = error_under_good_status(data, wrote_ || answer_.usage, reading_.errors);
  }

  // Empty names do not replace known ones: Azure's first chunk has them. Usage comes with any
  // chunk; the last counts, as some servers repeat a growing one, and not one that more was written
  // after.
  void take(const Json& chunk) {
    if (std::string id = text_of(chunk, "id"); !id.empty()) answer_.response_id = std::move(id);
    if (std::string model = text_of(chunk, "model"); !model.empty())
      answer_.model = std::move(model);
    if (const Json* choices = given(chunk, "choices"); choices != nullptr && choices->is_array()) {
      for (const Json& choice : *choices) {
        if (is_the_answer(choice)) take_choice(choice);
      }
    }
    if (auto usage = usage_of(chunk)) {
      answer_.usage = usage;
      counted_ = written();
    }
  }

  // Bytes of what the answer tokens are.
  std::size_t written() const {
    return text_.size() + deeds_.refusal.size() + deeds_.arguments.size();
  }

  // Nobody asks for several; of a server that gives them all the same, the first one counts.
  static bool is_the_answer(const Json& choice) {
    const Json* index = member(choice, "index");
    return index == nullptr || !index->is_number() || *index == 0;
  }

  void take_choice(const Json& choice) {
    if (const Json* delta = given(choice, "delta")) {
      take_delta(*delta);
    } else if (const Json* message = given(choice, "message"); message != nullptr && !wrote_) {
      take_delta(*message);  // a server that sends the whole answer in one event
    }
    // A filter that speaks after the stop takes the answer back, and nothing gives it again.
    std::string raw = text_of(choice, "finish_reason");
    const bool first = answer_.finish_raw.empty();
    if (!raw.empty() && (first || outranks(raw, answer_.finish_raw)))
      answer_.finish_raw = std::move(raw);
  }

  // Whatever it writes beside its answer, such as its thoughts, is work too.
  static bool writes(const Json& delta) {
    if (!delta.is_object()) return false;
    for (const auto& [name, value] : delta.items()) {
      const bool something =
          value.is_string() ? value != "" : value.is_structured() && !value.empty();
      if (something && name != "role") return true;
    }
    return false;
  }

  void take_delta(const Json& delta) {
    wrote_ |= writes(delta);
    text_ += content_of(delta);
    deeds_.refusal += text_of(delta, "refusal");
    if (const Json* calls = given(delta, "tool_calls"); calls != nullptr && calls->is_array()) {
      for (const Json& call : *calls) take_call_delta(call);
    }
    if (const Json* call = given(delta, "function_call")) take_call_delta(*call);  // as it once was
  }

  // Only the first call is the answer. Calls are told apart by their index; where a server leaves
  // it out, by another id.
  void take_call_delta(const Json& call) {
    const Json* index = given(call, "index");
    const std::string id = text_of(call, "id");
    const bool first = !deeds_.called;
    if (first) {
      first_index_ = index == nullptr ? Json() : *index;
      first_id_ = id;
    }
    const bool another = index != nullptr ? *index != first_index_ : !id.empty() && id != first_id_;
    if (another) return;
    const Json* function = member(call, "function");
    const Json& source = function == nullptr ? call : *function;
    // Some servers repeat the name with each part.
    take_call(deeds_, reading_, text_of(source, "name"), member(source, "arguments"));
  }

  const Reading reading_;
  Answer answer_;
  std::string text_;
  Deeds deeds_;
  Json first_index_;
  std::string first_id_;
  std::size_t counted_ = 0;  // what was written when the usage came
  bool wrote_ = false;
  bool done_ = false;
  std::optional<CallError> error_;
};

}  // namespace

std::unique_ptr<EventReader> chat_events(const Reading& reading) {
  return std::make_unique<ChatEvents>(reading);
}

}  // namespace docwright::providers::openai
