#include "providers/openai/response.h"

#include <array>

#include "providers/wire/errors.h"
#include "providers/wire/members.h"

namespace docwright::providers::openai {
namespace {

using namespace wire;

struct FinishName {
  std::string_view raw;
  Finish finish;
};

// OpenAI's own and those of compatible servers; any other string is an error.
constexpr std::array kFinishNames = {
    FinishName{"stop", Finish::complete},
    FinishName{"eos", Finish::complete},
    FinishName{"eos_token", Finish::complete},
    FinishName{"end_turn", Finish::complete},
    FinishName{"stop_sequence", Finish::complete},
    FinishName{"length", Finish::length},
    FinishName{"model_length", Finish::length},
    FinishName{"max_tokens", Finish::length},
    FinishName{"content_filter", Finish::content_filter},
    FinishName{"tool_calls", Finish::tool_call},
    FinishName{"function_call", Finish::tool_call},
};

Finish finish_named(std::string_view raw) {
  for (const FinishName& entry : kFinishNames) {
    if (entry.raw == raw) return entry.finish;
  }
  return Finish::error;
}

// A string, or (some servers) an array of parts with a text each.
std::string content_of(const Json& message) {
  const Json* content = member(message, "content");
  if (content == nullptr) return {};
  if (content->is_string()) return content->get<std::string>();
  std::string text;
  if (content->is_array()) {
    for (const Json& part : *content) text += text_of(part, "text");
  }
  return text;
}

}  // namespace

Finish finish_of(std::string_view raw, bool refuses, bool calls_a_tool) {
  const Finish named = finish_named(raw);
  if (named == Finish::error || named == Finish::content_filter) return named;
  if (refuses) return Finish::refusal;
  if (named == Finish::length) return named;
  return calls_a_tool ? Finish::tool_call : named;
}

// Absent where nothing was counted: compatible servers send null, {} or zeros, and a prompt of no
// tokens does not exist. Nor does one of kCountMax: what a server says then is worth nothing, and
// the call stays charged at its bound.
std::optional<Usage> usage_of(const Json& body) {
  const Json* usage = member(body, "usage");
  if (usage == nullptr || !usage->is_object()) return std::nullopt;
  Usage counted;
  counted.input = count_of(*usage, "prompt_tokens");
  counted.output = count_of(*usage, "completion_tokens");
  if (counted.input == 0) return std::nullopt;
  if (std::max(counted.input, counted.output) >= kCountMax) return std::nullopt;
  if (const Json* details = member(*usage, "prompt_tokens_details")) {
    counted.input_cached = std::min(count_of(*details, "cached_tokens"), counted.input);
    counted.input_cache_write =
        std::min(count_of(*details, "cache_write_tokens"), counted.input - counted.input_cached);
  } else {
    counted.input_cached = std::min(count_of(*usage, "prompt_cache_hit_tokens"), counted.input);
  }
  if (const Json* details = member(*usage, "completion_tokens_details")) {
    counted.reasoning = std::min(count_of(*details, "reasoning_tokens"), counted.output);
  }
  return counted;
}

CallResult<std::vector<std::string>> listed_models(const HttpResponse& response) {
  if (response.status < 200 || response.status >= 300) return std::unexpected(error_of(response));
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

CallResult<Answer> decode(const HttpResponse& response) {
  if (response.status < 200 || response.status >= 300) return std::unexpected(error_of(response));
  const Result<Json> parsed = parse_json(response.body);
  const auto no_answer = [&](ErrorClass error_class, std::string message) {
    return std::unexpected(broken(error_class, response.status, std::move(message)));
  };
  if (!parsed || !parsed->is_object()) {
    return no_answer(ErrorClass::malformed,
                     "the answer is not a JSON object: cut, or not from a Chat Completions server");
  }
  const Json& body = *parsed;
  if (const Json* error = member(body, "error"); error != nullptr && !error->is_null()) {
    return std::unexpected(error_of(response));
  }
  const Json* choices = member(body, "choices");
  if (choices == nullptr || !choices->is_array() || choices->empty()) {
    return no_answer(ErrorClass::malformed, "the answer has no choices");
  }
  const Json& choice = choices->front();
  const Json* message = member(choice, "message");
  if (message == nullptr || !message->is_object())
    return no_answer(ErrorClass::malformed, "the answer has no message");
  const std::string raw = text_of(choice, "finish_reason");
  if (raw.empty()) {
    return no_answer(ErrorClass::truncated, "the answer has no finish_reason: it may be cut");
  }

  Answer answer;
  answer.text = content_of(*message);
  const Json* calls = member(*message, "tool_calls");
  answer.finish = finish_of(raw, !text_of(*message, "refusal").empty(),
                            calls != nullptr && calls->is_array() && !calls->empty());
  answer.finish_raw = raw;
  answer.usage = usage_of(body);
  answer.model = text_of(body, "model");
  answer.response_id = text_of(body, "id");
  if (answer.finish == Finish::refusal && answer.text.empty())
    answer.text = text_of(*message, "refusal");
  return answer;
}

}  // namespace docwright::providers::openai
