// Where text can be cut that has no structure: at paragraphs, lines, and at last between code
// points.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "outline/outline.h"

namespace docwright::pipeline {

// Not within a UTF-8 sequence, not within CRLF.
bool may_cut(std::string_view text, std::size_t at);

// Both split a range into pieces that join to it.
// A paragraph ends after the blank lines that follow it.
std::vector<outline::Range> paragraphs(std::string_view source, outline::Range range);
std::vector<outline::Range> lines(std::string_view source, outline::Range range);

// The longest beginning of the range, by where it may be cut, that `fits` (which holds of all that
// is shorter than something that fits); at a blank where there is one in its second half. At least
// one code point, whether it fits or not.
outline::Range longest_fitting(std::string_view source, outline::Range range,
                               const std::function<bool(outline::Range)>& fits);

}  // namespace docwright::pipeline
