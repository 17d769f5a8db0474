// What a simulated model answers, and what it counts. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "providers/simulator/api.h"
#include "providers/simulator/chance.h"
#include "providers/simulator/scenario.h"

namespace docwright::providers::simulator {

// The rule by which tokens are counted: four bytes each, rounded up; never more than their bytes,
// so any proven bound holds.
inline constexpr std::int64_t kBytesPerToken = 4;
std::int64_t simulated_tokens(std::int64_t bytes);
std::int64_t prompt_tokens(const Asked& asked);

// The answer with its usage, nothing of it cached. `hash` is the question's, hexadecimal.
Answer answer_of(const Asked& asked, std::string_view hash, const Draw& draw,
                 const std::vector<AnswerLength>& lengths, const Fault* fault);

// What the provider says of its usage under this fault, and what it charges: the same but for a
// fault that hides it.
void spoil_usage(const Fault* fault, std::int64_t answer_tokens_max, Usage& charged,
                 std::optional<Usage>& told);

// At most `bytes`, and no character cut in two.
std::string head_of(std::string_view text, std::size_t bytes);

}  // namespace docwright::providers::simulator
