// Server-sent events out of a body as its bytes come, cut anywhere.
//
// As liberal as servers are: lines end with LF, CR LF or CR and with nothing else (U+2028 in a JSON
// string is data); a BOM is skipped; an event without its empty line counts at the end of the
// stream; an error that a server writes between the events, as bare JSON or in a field of its own,
// is kept for whoever asks at the end.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace docwright::providers::wire {

struct SseLimits {
  std::size_t line_bytes = std::size_t{16} << 20;
  std::size_t event_bytes = std::size_t{16} << 20;
  std::size_t events = 1'000'000;
  std::size_t rest_bytes = std::size_t{1} << 20;  // what is beyond is dropped
};

// What ends OpenAI's streams, and of others says nothing.
bool is_end_mark(std::string_view data);

// One body, one thread. Holds one event at most, and the rest.
class SseReader final {
 public:
  // The event's name (empty where it has none) and its data, valid during the call only. Events
  // without data are none.
  using OnEvent = std::function<void(std::string_view name, std::string_view data)>;
  explicit SseReader(OnEvent on_event, SseLimits limits = {})
      : on_event_(std::move(on_event)), limits_(limits) {}

  // False: a limit was passed; nothing more is read.
  bool feed(std::string_view bytes);
  // The body has ended in order. An event without its empty line counts if it is whole: JSON, or
  // [DONE].
  void end();

  // Bytes that end() has still to look at.
  std::size_t pending() const { return partial_.size() + data_.size(); }

  // The lines that are no field, from the first one that begins a JSON value on: Gemini's errors.
  std::string_view rest() const { return rest_; }
  // The value of the field `error`: llama-server's errors.
  std::string_view error_field() const { return error_; }

 private:
  bool line(std::string_view line);
  bool field(std::string_view name, std::string_view value, std::string_view whole);
  bool add_data(std::string_view value);
  bool dispatch();

  const OnEvent on_event_;
  const SseLimits limits_;
  std::string partial_;  // of a line whose end has not come
  std::string name_, data_;
  std::string rest_, error_;
  std::size_t events_ = 0;
  bool first_line_ = true;
  bool has_data_ = false;
  bool after_cr_ = false;  // an LF that comes next belongs to it
  bool stopped_ = false;
};

}  // namespace docwright::providers::wire
