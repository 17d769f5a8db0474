#include "providers/simulator/answers.h"

#include <algorithm>

#include "providers/simulator/writer.h"
#include "runtime/characters.h"

namespace docwright::providers::simulator {
namespace {

// One of the mixture, by weight; 0: as it comes.
std::int64_t length_of(const std::vector<AnswerLength>& lengths, const Draw& of) {
  std::int64_t all = 0;
  for (const AnswerLength& length : lengths) all += length.weight;
  auto at = static_cast<std::int64_t>(draw(of, kDrawLength) * static_cast<double>(all));
  for (const AnswerLength& length : lengths) {
    if (at < length.weight) return length.tokens;
    at -= length.weight;
  }
  return 0;
}

void spoil(const Fault& fault, Answer& answer) {
  const std::string_view text = answer.text;
  switch (fault.kind) {
    case FaultKind::wrong_names:
      answer.text = with_wrong_names(answer.text);
      return;
    case FaultKind::prose:
      answer.text = "Here is the documentation that you asked for:\n\n```json\n" + answer.text +
                    "\n```\n\nThe block above holds one entry for each definition.";
      return;
    case FaultKind::half_json:
      answer.text = head_of(text, text.size() / 2);
      return;
    case FaultKind::truncated:
      answer.text = head_of(text, text.size() / 2);
      answer.finish = Finish::length;
      return;
    case FaultKind::filtered:
      answer.text = head_of(text, text.size() / 2);
      answer.finish = Finish::content_filter;
      return;
    case FaultKind::refusal:
      answer.text = "I cannot help with that in this rehearsal.";
      answer.finish = Finish::refusal;
      return;
    default:
      return;
  }
}

}  // namespace

std::int64_t simulated_tokens(std::int64_t bytes) {
  return (bytes + kBytesPerToken - 1) / kBytesPerToken;
}

std::int64_t prompt_tokens(const Asked& asked) {
  return std::max<std::int64_t>(simulated_tokens(asked.prompt_bytes), 1);
}

std::string head_of(std::string_view text, std::size_t bytes) {
  std::size_t end = std::min(bytes, text.size());
  while (end > 0 && end < text.size() && is_continuation(text[end])) --end;
  return std::string(text.substr(0, end));
}

Answer answer_of(const Asked& asked, std::string_view hash, const Draw& of,
                 const std::vector<AnswerLength>& lengths, const Fault* fault) {
  std::int64_t wanted = length_of(lengths, of);
  const std::int64_t limit = asked.answer_tokens_max;
  if (limit > 0) wanted = std::min(wanted, limit);
  Answer answer;
  answer.text = written(asked, of.question, static_cast<std::size_t>(wanted * kBytesPerToken));
  answer.model = asked.model;
  answer.response_id = "sim-" + std::string(hash.substr(0, 24));
  if (fault != nullptr) spoil(*fault, answer);
  const auto most = static_cast<std::size_t>(limit * kBytesPerToken);
  if (limit > 0 && answer.text.size() > most) {
    answer.text = head_of(answer.text, most);
    answer.finish = Finish::length;
  }
  answer.usage = Usage{};
  answer.usage->input = prompt_tokens(asked);
  answer.usage->output = simulated_tokens(static_cast<std::int64_t>(answer.text.size()));
  return answer;
}

void spoil_usage(const Fault* fault, std::int64_t answer_tokens_max, Usage& charged,
                 std::optional<Usage>& told) {
  constexpr std::int64_t kTooMany = 10;
  told = charged;
  if (fault == nullptr) return;
  if (fault->kind == FaultKind::usage_missing) told.reset();
  if (fault->kind == FaultKind::usage_zero) told = Usage{};
  if (fault->kind == FaultKind::usage_wrong) {
    charged.output = std::max(charged.output, answer_tokens_max) * kTooMany;
    told = charged;
  }
}

}  // namespace docwright::providers::simulator
