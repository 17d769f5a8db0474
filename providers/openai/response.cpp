#include "providers/openai/response.h"

#include <array>

#include "providers/wire/finish.h"
#include "providers/wire/members.h"

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

// Chat Completions and Responses count the same under different names.
std::int64_t count_of_either(const Json& usage, std::string_view chat, std::string_view responses) {
  return count_of(usage, member(usage, chat) != nullptr ? chat : responses);
}

const Json* member_of_either(const Json& usage, std::string_view chat, std::string_view responses) {
  const Json* found = member(usage, chat);
  return found != nullptr ? found : member(usage, responses);
}

}  // namespace

Finish finish_of(std::string_view raw, const Deeds& deeds) {
  const Finish named = finish_named(kFinishNames, raw).value_or(Finish::error);
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

// Absent where nothing was counted: compatible servers send null, {} or zeros, and a prompt of no
// tokens does not exist. Nor does one of kCountMax: what a server says then is worth nothing, and
// the call stays charged at its bound.
std::optional<Usage> usage_of(const Json& body) {
  const Json* usage = member(body, "usage");
  if (usage == nullptr || !usage->is_object()) return std::nullopt;
  Usage counted;
  counted.input = count_of_either(*usage, "prompt_tokens", "input_tokens");
  counted.output = count_of_either(*usage, "completion_tokens", "output_tokens");
  if (counted.input == 0) return std::nullopt;
  if (std::max(counted.input, counted.output) >= kCountMax) return std::nullopt;
  if (const Json* details =
          member_of_either(*usage, "prompt_tokens_details", "input_tokens_details")) {
    counted.input_cached = std::min(count_of(*details, "cached_tokens"), counted.input);
    counted.input_cache_write =
        std::min(count_of(*details, "cache_write_tokens"), counted.input - counted.input_cached);
  } else {
    counted.input_cached = std::min(count_of(*usage, "prompt_cache_hit_tokens"), counted.input);
  }
  if (const Json* details =
          member_of_either(*usage, "completion_tokens_details", "output_tokens_details")) {
    counted.reasoning = std::min(count_of(*details, "reasoning_tokens"), counted.output);
  }
  return counted;
}

CallResult<std::vector<std::string>> listed_models(const HttpResponse& response,
                                                   std::span<const ErrorRule> errors) {
  if (response.status < 200 || response.status >= 300)
    return std::unexpected(error_of(response, errors));
  const Result<Json> body = parse_json(response.body);
  const Json* list = body ? member(*body, "data") : nullptr;
  if (list == nullptr || !list->is_array()) {
    return std::unexpected(
        broken(ErrorClass::malformed, response.status, "the list of models has no data"));
  }
  std::vector<std::string> names;
  for (const Json& entry : *list) {
    if (std::string id = text_of(entry, "id"); !id.empty()) names.push_back(std::move(id));
  }
  return names;
}

}  // namespace docwright::providers::openai
