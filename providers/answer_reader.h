// One HTTP response, plain or streamed, as its bytes come: an answer or an error.
//
// What it is, the response says, not the request: servers answer a request for a stream with one
// JSON document, or with an array of them. Error statuses have a plain body, always.
#pragma once
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "providers/provider.h"
#include "providers/response_sink.h"
#include "providers/wire/json_array.h"
#include "providers/wire/sse.h"
#include "runtime/clock.h"

namespace docwright::providers {

// One response, fed on the loop thread. Holds the answer so far and what has not been read yet.
class AnswerReader final : public ResponseSink {
 public:
  // All outlive the reader.
  struct Asked {
    const Codec& codec;
    const Question& question;
    const Dialect& dialect;
    const std::string& key;  // goes no further where the server repeats it
    bool stream = false;     // a stream was asked for
  };
  // Hears the head when it comes: of a stream, long before its end.
  using OnHead = std::function<void(int status, const Headers& headers)>;
  // Hears all that a stream has brought, when it is more than before. Neither calls back into the
  // reader.
  using OnText = std::function<void(std::string_view text)>;
  AnswerReader(const Clock& clock, const Asked& asked, OnHead on_head = {}, OnText on_text = {})
      : clock_(clock), asked_(asked), on_head_(std::move(on_head)), on_text_(std::move(on_text)) {}
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  void head(int status, Headers headers) noexcept override;
  bool bytes(std::string_view piece) noexcept override;
  bool complete() const noexcept override { return events_ && events_->complete(); }

  int status() const { return response_.status; }
  const Headers& headers() const { return response_.headers; }
  // It came in events.
  bool streamed() const { return events_ != nullptr; }
  // Of a stream: what the model has written so far, and since when there is something of it.
  std::string_view text() const { return events_ ? events_->text() : std::string_view(); }
  std::optional<Moment> first_text() const { return first_text_; }

  // Once, last; on any thread where left() says that it is much work. Throws what the codec throws.
  CallResult<Answer> end();  // the response has ended in order
  // The connection was lost. A stream whose end mark had come is an answer all the same.
  CallResult<Answer> end(CallError lost);
  // Bytes that end() has still to read.
  std::size_t left() const;

 private:
  enum class Form { undecided, whole, events, elements };

  bool take(std::string_view piece);
  void decide(std::string_view piece);
  void begin(Form form);
  void event(std::string_view name, std::string_view data) noexcept;
  void read(std::string_view name, std::string_view data);
  CallResult<Answer> answer();
  std::optional<CallResult<Answer>> beside_events() const;

  const Clock& clock_;
  const Asked asked_;
  const OnHead on_head_;
  const OnText on_text_;
  Form form_ = Form::whole;
  HttpResponse response_;  // the body where it is read as a whole
  std::unique_ptr<EventReader> events_;
  std::optional<wire::SseReader> sse_;
  std::optional<wire::JsonArrayReader> array_;
  std::optional<Moment> first_text_;
  std::vector<std::pair<std::string, std::string>> put_off_;  // events from the first long one on
  std::size_t put_off_bytes_ = 0;
  bool any_event_ = false;
  std::exception_ptr failure_;  // of the codec: libcurl can pass none on
};

}  // namespace docwright::providers
