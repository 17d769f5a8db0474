#include "providers/wire/json_array.h"

namespace docwright::providers::wire {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

bool JsonArrayReader::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (state_ == State::broken) break;
    state_ = next(c);
    if (element_.size() > element_bytes_max_) state_ = State::broken;
  }
  return state_ != State::broken;
}

JsonArrayReader::State JsonArrayReader::next(char c) {
  switch (state_) {
    case State::before:
      return is_blank(c) ? State::before : c == '[' ? State::between : State::broken;
    case State::between:
      if (is_blank(c) || c == ',') return State::between;
      if (c == ']') return State::after;
      return in_element(c);
    case State::element:
      return in_element(c);
    case State::text:
      element_ += c;
      return c == '\\' ? State::escape : c == '"' ? State::element : State::text;
    case State::escape:
      element_ += c;
      return State::text;
    case State::after:
      return is_blank(c) ? State::after : State::broken;
    case State::broken:
      break;
  }
  return State::broken;
}

JsonArrayReader::State JsonArrayReader::in_element(char c) {
  if (depth_ == 0) {
    if (c == ',') return finish(State::between);
    if (c == ']') return finish(State::after);
  }
  element_ += c;
  switch (c) {
    case '"':
      return State::text;
    case '{':
    case '[':
      ++depth_;
      return State::element;
    case '}':
    case ']':
      if (depth_ == 0) return State::broken;
      return --depth_ == 0 ? finish(State::between) : State::element;
    default:
      return State::element;
  }
}

JsonArrayReader::State JsonArrayReader::finish(State then) {
  on_element_(element_);
  element_.clear();
  return then;
}

}  // namespace docwright::providers::wire
