#include "providers/openai/response.h"

#include <algorithm>
#include <array>

#include "providers/wire/finish.h"
#include "providers/wire/members.h"
#include "providers/wire/model_list.h"
#include "providers/wire/usage.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;

// OpenAI's own and those of compatible servers; any other string is an error.
constexpr std::array kFinishNames = {
    FinishName{"stop", Finish::complete},
    FinishName{"eos", Finish::complete},
    FinishName{"eos_token", Finish::complete},
    FinishName{"end_turn", Finish::complete},
    FinishName{"stop_sequence", Finish::complete},
    FinishName{"completed", Finish::complete},
    FinishName{"length", Finish::length},
    FinishName{"model_length", Finish::length},
    FinishName{"max_tokens", Finish::length},
    FinishName{"max_output_tokens", Finish::length},
    FinishName{"content_filter", Finish::content_filter},
    FinishName{"tool_calls", Finish::tool_call},
    FinishName{"function_call", Finish::tool_call},
};

// The lightest first.
constexpr std::array kGravity = {Finish::complete, Finish::tool_call,      Finish::length,
                                 Finish::refusal,  Finish::content_filter, Finish::error};

Finish meaning_of(std::string_view raw) {
  return finish_named(kFinishNames, raw).value_or(Finish::error);
}

// Chat Completions and Responses count the same under different names. Null where neither says it.
const Json* either(const Json& usage, std::string_view chat, std::string_view responses) {
  for (const std::string_view name : {chat, responses}) {
    if (const Json* found = member(usage, name); found != nullptr && !found->is_null())
      return found;
  }
  return nullptr;
}

std::optional<Usage> counted_in(const Json& usage) {
  if (!countable(usage, {"prompt_tokens", "input_tokens", "completion_tokens", "output_tokens"}))
    return std::nullopt;
  Usage counted;
  if (const Json* input = either(usage, "prompt_tokens", "input_tokens"))
    counted.input = count_of(*input);
  if (const Json* output = either(usage, "completion_tokens", "output_tokens")) {
    counted.output = count_of(*output);
  } else {  // left out; then the sum of both tells it, or nothing does
    const std::int64_t total = count_of(usage, "total_tokens");
    if (total < counted.input) return std::nullopt;
    counted.output = total - counted.input;
  }
  counted.input_cached = count_of(usage, "prompt_cache_hit_tokens");
  if (const Json* details = either(usage, "prompt_tokens_details", "input_tokens_details")) {
    counted.input_cached = std::max(counted.input_cached, count_of(*details, "cached_tokens"));
    counted.input_cache_write = count_of(*details, "cache_write_tokens");
  }
  if (const Json* details = either(usage, "completion_tokens_details", "output_tokens_details")) {
    counted.reasoning = std::min(count_of(*details, "reasoning_tokens"), counted.output);
  }
  counted.input_cached = std::min(counted.input_cached, counted.input);
  counted.input_cache_write =
      std::min(counted.input_cache_write, counted.input - counted.input_cached);
  return believable(counted);
}

}  // namespace

bool outranks(std::string_view raw, std::string_view other) {
  return std::ranges::find(kGravity, meaning_of(raw)) >
         std::ranges::find(kGravity, meaning_of(other));
}

Finish finish_of(std::string_view raw, const Deeds& deeds) {
  const Finish named = meaning_of(raw);
  if (named == Finish::error || named == Finish::content_filter) return named;
  if (!deeds.refusal.empty()) return Finish::refusal;
  if (named == Finish::length) return named;
  if (deeds.answered) return Finish::complete;
  return deeds.called ? Finish::tool_call : named;
}

void take_call(Deeds& deeds, const Reading& reading, std::string_view named,
               const Json* arguments) {
  deeds.called = true;
  if (reading.dialect.structured != Structured::tool) return;
  if (!named.empty()) deeds.answered = named == reading.question.schema_name;
  if (!deeds.answered || arguments == nullptr || arguments->is_null()) return;
  deeds.arguments += arguments->is_string() ? arguments->get<std::string>() : dump_json(*arguments);
}

void conclude(Answer& answer, std::string text, Deeds deeds) {
  answer.finish = finish_of(answer.finish_raw, deeds);
  answer.text = deeds.answered ? std::move(deeds.arguments) : std::move(text);
  if (answer.finish == Finish::refusal && answer.text.empty())
    answer.text = std::move(deeds.refusal);
}

std::optional<Usage> usage_of(const Json& body) {
  for (const Json* source : {&body, member(body, "x_groq")}) {
    const Json* usage = source == nullptr ? nullptr : member(*source, "usage");
    // Compatible servers send null, {} or zeros.
    if (usage == nullptr) continue;
    if (auto counted = counted_in(*usage)) return counted;
  }
  return std::nullopt;
}

CallResult<std::vector<std::string>> listed_models(const HttpResponse& response,
                                                   std::span<const ErrorRule> errors) {
  if (response.status < 200 || response.status >= 300)
    return std::unexpected(error_of(response, errors));
  return names_in(response, "data", "id");
}

}  // namespace docwright::providers::openai
