#include "providers/wire/sse.h"

#include <algorithm>

#include "providers/wire/read_json.h"

namespace docwright::providers::wire {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kBlank = " \t\r\n";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlank) == text.npos;
}

bool begins_json(std::string_view line) {
  const std::size_t at = line.find_first_not_of(kBlank);
  return at != line.npos && (line[at] == '{' || line[at] == '[');
}

std::size_t line_end(std::string_view bytes) {
  const std::size_t lf = bytes.find('\n');
  const std::size_t cr = bytes.substr(0, lf).find('\r');
  return cr == bytes.npos ? lf : cr;
}

// Adds what there is room for.
void add_bounded(std::string& to, std::string_view bytes, std::size_t most) {
  to += bytes.substr(0, most - to.size());
}

}  // namespace

bool is_end_mark(std::string_view data) {
  const std::size_t begin = std::min(data.find_first_not_of(kBlank), data.size());
  const std::size_t end = data.find_last_not_of(kBlank);
  return data.substr(begin, end + 1 - begin) == "[DONE]";
}

bool SseReader::feed(std::string_view bytes) {
  while (!stopped_ && !bytes.empty()) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = line_end(bytes);
    const std::string_view piece = bytes.substr(0, end);
    if (partial_.size() + piece.size() > limits_.line_bytes) {
      stopped_ = true;
    } else if (end == bytes.npos) {
      partial_ += piece;
      break;
    } else {
      after_cr_ = bytes[end] == '\r';
      bytes.remove_prefix(end + 1);
      if (partial_.empty()) {
        stopped_ = !line(piece);
      } else {
        partial_ += piece;
        stopped_ = !line(partial_);
        partial_.clear();
      }
    }
  }
  return !stopped_;
}

void SseReader::end() {
  if (!stopped_ && !partial_.empty()) stopped_ = !line(partial_);
  if (stopped_) return;
  stopped_ = true;
  if (is_end_mark(data_) || read_json(data_)) dispatch();
}

bool SseReader::line(std::string_view line) {
  if (std::exchange(first_line_, false) && line.starts_with(kBom)) line.remove_prefix(kBom.size());
  if (line.empty()) return dispatch();
  const std::size_t colon = line.find(':');
  if (colon == 0) return true;  // a comment
  std::string_view value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  return field(line.substr(0, colon), value, line);
}

bool SseReader::field(std::string_view name, std::string_view value, std::string_view whole) {
  if (name == "data") return add_data(value);
  if (name == "event") {
    name_ = value;
  } else if (name == "error") {
    add_bounded(error_, value, limits_.rest_bytes);
  } else if (name != "id" && name != "retry" && (!rest_.empty() || begins_json(whole))) {
    add_bounded(rest_, whole, limits_.rest_bytes);
    add_bounded(rest_, "\n", limits_.rest_bytes);
  }
  return true;
}

bool SseReader::add_data(std::string_view value) {
  if (data_.size() + value.size() + 1 > limits_.event_bytes) return false;
  if (std::exchange(has_data_, true)) data_ += '\n';
  data_ += value;
  return true;
}

bool SseReader::dispatch() {
  const bool counts = has_data_ && !is_blank(data_);
  if (counts && ++events_ > limits_.events) return false;
  if (counts) on_event_(name_, data_);
  name_.clear();
  data_.clear();
  has_data_ = false;
  return true;
}

}  // namespace docwright::providers::wire
