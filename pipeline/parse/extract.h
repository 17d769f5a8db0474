// The JSON object in what a model wrote: out of fences, prose, thinking, or a JSON string. Pure;
// any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/parse/mender.h"
#include "runtime/error.h"
#include "runtime/json.h"

namespace docwright::pipeline {

struct Extracted {
  Json value;  // an object
  // What was mended on the way; empty: the text was the JSON and nothing else.
  std::vector<Repair> repairs;
  bool cut = false;  // the text ended within the object; it has what was complete
};

inline constexpr std::size_t kAnswerBytesMax = std::size_t{4} << 20;

// The first object that has the member `wanted`; without one, the first object of all. Linear in
// the length of the text, whatever it is. With `repair` false the text must be strict JSON. Errors
// (answer_invalid) say what is wrong, and where.
Result<Extracted> extract_object(std::string_view text, std::string_view wanted, bool repair);

}  // namespace docwright::pipeline
