#include "providers/answer_reader.h"

#include "providers/forget_key.h"
#include "providers/wire/errors.h"
#include "providers/wire/members.h"
#include "providers/wire/read_json.h"
#include "runtime/characters.h"

namespace docwright::providers {
namespace {

// A longer event is left to end(), and so is what follows it: the loop has others to serve.
constexpr std::size_t kEventAtOnce = std::size_t{64} << 10;

constexpr std::string_view kEventStream = "text/event-stream";
constexpr std::string_view kBlank = " \t\r\n";
// How the lines of an event stream begin: a comment, data, event, id, retry, a BOM.
constexpr std::string_view kLineBegins = ":deir\xEF";

bool is_good(int status) {
  return status >= 200 && status < 300;
}

bool is_event_stream(std::string_view content_type) {
  return lower(content_type).starts_with(kEventStream);
}

// A server that takes its time may send blank lines and comments before a document too.
void drop_keep_alives(std::string& body) {
  std::size_t at = body.find_first_not_of(kBlank);
  while (at != body.npos && body[at] == ':')
    at = body.find_first_not_of(kBlank, body.find_first_of("\r\n", at));
  body.erase(0, at);
}

// llama-server's field has the error itself as its value.
std::string as_error_body(std::string_view value) {
  const Result<Json> parsed = wire::read_json(value);
  if (!parsed) return dump_json({{"error", std::string(value)}});
  return dump_json(wire::member(*parsed, "error") ? *parsed : Json{{"error", *parsed}});
}

}  // namespace

void AnswerReader::head(int status, Headers headers) noexcept {
  response_.status = status;
  response_.headers = std::move(headers);
  forget_key(response_.headers, asked_.key);
  if (on_head_) on_head_(status, response_.headers);
  if (!is_good(status)) return;
  if (is_event_stream(header(response_.headers, "content-type"))) {
    begin(Form::events);
  } else if (asked_.stream) {
    form_ = Form::undecided;
  }
}

bool AnswerReader::bytes(std::string_view piece) noexcept {
  const std::size_t before = text().size();
  const bool more = take(piece);
  if (on_text_ && text().size() > before) on_text_(text());
  return more;
}

bool AnswerReader::take(std::string_view piece) {
  if (form_ == Form::undecided) decide(piece);
  switch (form_) {
    case Form::events:
      return sse_->feed(piece);
    case Form::elements:
      return array_->feed(piece);
    default:
      response_.body += piece;
      return true;
  }
}

// By the first byte that is not blank.
void AnswerReader::decide(std::string_view piece) {
  const std::size_t at = piece.find_first_not_of(kBlank);
  if (at == piece.npos) return;
  const bool lines = kLineBegins.contains(piece[at]);
  begin(piece[at] == '[' ? Form::elements : lines ? Form::events : Form::whole);
}

void AnswerReader::begin(Form form) {
  form_ = form;
  if (form == Form::whole) return;
  try {
    events_ = asked_.codec.events(asked_.question, asked_.dialect);
  } catch (...) {
    failure_ = std::current_exception();
    form_ = Form::whole;
    return;
  }
  if (form == Form::events) {
    sse_.emplace([this](std::string_view name, std::string_view data) { event(name, data); });
  } else {
    array_.emplace([this](std::string_view element) { event({}, element); });
  }
}

void AnswerReader::event(std::string_view name, std::string_view data) noexcept {
  any_event_ |= !wire::is_end_mark(data);
  if (failure_) return;
  if (!put_off_.empty() || data.size() > kEventAtOnce) {
    put_off_.emplace_back(name, data);
    put_off_bytes_ += data.size();
    return;
  }
  try {
    read(name, data);
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void AnswerReader::read(std::string_view name, std::string_view data) {
  if (holds_key(data, asked_.key)) {
    std::string masked(data);
    forget_key(masked, asked_.key);
    events_->event(name, masked);
  } else {
    events_->event(name, data);
  }
  if (!first_text_ && !events_->text().empty()) first_text_ = clock_.moment();
}

std::size_t AnswerReader::left() const {
  const std::size_t in_lines = sse_ ? sse_->pending() + sse_->rest().size() : 0;
  return response_.body.size() + put_off_bytes_ + in_lines;
}

CallResult<Answer> AnswerReader::end() {
  CallResult<Answer> found = answer();
  if (found) {
    forget_key(*found, asked_.key);
  } else {
    forget_key(found.error(), asked_.key);
  }
  return found;
}

CallResult<Answer> AnswerReader::answer() {
  if (failure_) std::rethrow_exception(failure_);
  if (!streamed()) {
    drop_keep_alives(response_.body);
    forget_key(response_.body, asked_.key);
    return asked_.codec.decode(response_, asked_.question, asked_.dialect);
  }
  if (sse_) sse_->end();
  if (failure_) std::rethrow_exception(failure_);
  for (const auto& [name, data] : put_off_) read(name, data);
  if (auto found = beside_events()) return std::move(*found);
  CallResult<Answer> answer = events_->end();
  if (answer && array_ && !array_->complete()) {
    return std::unexpected(
        wire::broken(ErrorClass::truncated, status(), "the array of events was cut"));
  }
  return answer;
}

CallResult<Answer> AnswerReader::end(CallError lost) {
  if (!streamed()) return std::unexpected(std::move(lost));
  CallResult<Answer> answer = end();
  const bool cut = !answer && answer.error().error_class == ErrorClass::truncated;
  if (cut) return std::unexpected(std::move(lost));
  return answer;
}

// An error that was written between the events rather than as one; or a whole answer under the
// name of a stream.
std::optional<CallResult<Answer>> AnswerReader::beside_events() const {
  if (!sse_) return std::nullopt;
  HttpResponse response{response_.status, response_.headers, {}};
  if (!sse_->error_field().empty()) {
    response.body = as_error_body(sse_->error_field());
  } else {
    const Result<Json> rest = wire::read_json(sse_->rest());
    if (!rest) return std::nullopt;
    const Json& document = rest->is_array() && !rest->empty() ? rest->front() : *rest;
    if (any_event_ && wire::member(document, "error") == nullptr) return std::nullopt;
    response.body = dump_json(document);
  }
  forget_key(response.body, asked_.key);
  auto found = asked_.codec.decode(response, asked_.question, asked_.dialect);
  if (!found && any_event_)
    found.error().maybe_charged = true;  // whatever it refuses: it has begun
  return found;
}

}  // namespace docwright::providers
