#include "pipeline/parse/extract.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::array kInvisible = {std::string_view("\xEF\xBB\xBF"),
                                   std::string_view("\xE2\x80\x8B")};

std::string_view trimmed(std::string_view text) {
  for (bool again = true; again;) {
    again = false;
    const std::size_t begin = text.find_first_not_of(kBlanks);
    text.remove_prefix(begin == text.npos ? text.size() : begin);
    for (const std::string_view invisible : kInvisible) {
      if (!text.starts_with(invisible)) continue;
      text.remove_prefix(invisible.size());
      again = true;
    }
  }
  const std::size_t last = text.find_last_not_of(kBlanks);
  return text.substr(0, last == text.npos ? 0 : last + 1);
}

// Reasoning models of local servers write what they think before the answer.
std::string_view without_thinking(std::string_view text, std::vector<Repair>& repairs) {
  struct Tags {
    std::string_view open, close;
  };
  for (const Tags tags : {Tags{"<think>", "</think>"}, Tags{"<thinking>", "</thinking>"},
                          Tags{"<reasoning>", "</reasoning>"}}) {
    if (!text.starts_with(tags.open)) continue;
    const std::size_t end = text.find(tags.close);
    if (end == text.npos) continue;
    repairs.push_back(Repair::thinking);
    return trimmed(text.substr(end + tags.close.size()));
  }
  return text;
}

void note_surroundings(std::string_view before, std::string_view after,
                       std::vector<Repair>& repairs) {
  before = trimmed(before);
  after = trimmed(after);
  // ```json, ~~~, ````: the fence's own line; everything else is prose.
  const auto is_fence = [](std::string_view text, bool opening) {
    const std::size_t line = opening ? text.rfind('\n') : 0;
    std::string_view mark =
        opening ? text.substr(line == text.npos ? 0 : line + 1) : text.substr(0, text.find('\n'));
    return mark.starts_with("```") || mark.starts_with("~~~");
  };
  const bool opened = is_fence(before, true), closed = is_fence(after, false);
  if (opened || closed) repairs.push_back(Repair::fence);
  const auto rest_of = [](std::string_view text, bool fence, bool opening) {
    if (!fence) return text;
    const std::size_t line = opening ? text.rfind('\n') : text.find('\n');
    if (line == text.npos) return std::string_view{};
    return opening ? text.substr(0, line) : text.substr(line + 1);
  };
  if (!trimmed(rest_of(before, opened, true)).empty() ||
      !trimmed(rest_of(after, closed, false)).empty()) {
    repairs.push_back(Repair::prose);
  }
}

// Every '{' that may begin the answer is tried, each from where the one before failed or ended: no
// byte is read twice.
struct Search {
  std::optional<Extracted> best;
  std::string failure;  // of the first object that could not be read
};

Search search(std::string_view text, std::string_view wanted) {
  Search found;
  Mender mender(text);
  for (std::size_t at = text.find('{'); at != text.npos;
       at = text.find('{', std::max(at + 1, mender.end()))) {
    Json value;
    if (!mender.read(at, value)) {
      if (found.failure.empty())
        found.failure = fmt::format("{} at byte {}", mender.failure(), mender.end());
      continue;
    }
    const bool right = value.contains(wanted);
    if (!right && found.best) continue;
    Extracted extracted{std::move(value), mender.repairs(), mender.cut()};
    note_surroundings(text.substr(0, at), text.substr(mender.end()), extracted.repairs);
    found.best = std::move(extracted);
    if (right) break;
  }
  return found;
}

// {"a": 1} as a JSON string: "{\"a\": 1}", with the quotes around it or without.
std::optional<std::string> unwrapped(std::string_view text) {
  std::string quoted(text);
  if (text.starts_with("{\\\"")) quoted = '"' + quoted + '"';
  if (!quoted.starts_with('"')) return std::nullopt;
  const Result<Json> parsed = parse_json(quoted);
  if (!parsed || !parsed->is_string()) return std::nullopt;
  return parsed->get<std::string>();
}

}  // namespace

Result<Extracted> extract_object(std::string_view text, std::string_view wanted, bool repair) {
  if (text.size() > kAnswerBytesMax) {
    return fail(Code::answer_invalid,
                fmt::format("the answer has {} bytes, more than {}", text.size(), kAnswerBytesMax));
  }
  Result<Json> strict = parse_json(text);
  if (strict && strict->is_object()) return Extracted{std::move(*strict), {}, false};
  if (!repair) {
    return fail(Code::answer_invalid, strict ? "the answer is JSON, but not an object"
                                             : "the answer is not JSON: " + strict.error().message);
  }

  std::string valid;
  if (invalid_utf8(text)) text = valid = to_valid_utf8(text);
  std::vector<Repair> repairs;
  std::string_view rest = without_thinking(trimmed(text), repairs);
  std::string inner;
  if (auto content = unwrapped(rest)) {
    inner = std::move(*content);
    repairs.push_back(Repair::string_wrapped);
    rest = trimmed(inner);
  }
  Search found = search(rest, wanted);
  if (!found.best) {
    return fail(Code::answer_invalid, found.failure.empty()
                                          ? "the answer has no JSON object"
                                          : "the answer is not valid JSON: " + found.failure);
  }
  found.best->repairs.insert(found.best->repairs.begin(), repairs.begin(), repairs.end());
  return std::move(*found.best);
}

}  // namespace docwright::pipeline
