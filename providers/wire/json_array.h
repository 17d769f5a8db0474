// The elements of a JSON array out of a body as its bytes come, cut anywhere: Gemini's streams
// where they are not server-sent events.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace docwright::providers::wire {

// One body, one thread. Holds one element at most. What an element is worth, its reader says: only
// strings and brackets are looked at here.
class JsonArrayReader final {
 public:
  using OnElement = std::function<void(std::string_view element)>;  // valid during the call only
  explicit JsonArrayReader(OnElement on_element,
                           std::size_t element_bytes_max = std::size_t{16} << 20)
      : on_element_(std::move(on_element)), element_bytes_max_(element_bytes_max) {}

  // False: no array, or an element that is too long; nothing more is read.
  bool feed(std::string_view bytes);
  // The bracket that closes the array has come, and nothing but blanks after it.
  bool complete() const { return state_ == State::after; }

 private:
  enum class State { before, between, element, text, escape, after, broken };

  State next(char c);
  State in_element(char c);
  State finish(State then);

  const OnElement on_element_;
  const std::size_t element_bytes_max_;
  std::string element_;
  std::size_t depth_ = 0;  // of brackets within the element
  State state_ = State::before;
};

}  // namespace docwright::providers::wire
