#include "providers/gemini/simulated.h"

#include <fmt/format.h>

#include <charconv>

#include "providers/gemini/simulated_errors.h"
#include "providers/gemini/simulated_rules.h"
#include "providers/gemini/simulated_spelling.h"
#include "providers/wire/members.h"

namespace docwright::providers::gemini {
namespace {

using namespace wire;

using simulator::Asked;
using simulator::Received;
using simulator::Rendered;

constexpr std::string_view kPlain = ":generateContent";
constexpr std::string_view kStream = ":streamGenerateContent";
constexpr std::string_view kModels = "/models/";

std::unexpected<CallError> refuse(ErrorClass error_class, std::string message) {
  CallError error;
  error.error_class = error_class;
  error.message = std::move(message);
  return std::unexpected(std::move(error));
}

std::string_view finish_reason(Finish finish) {
  switch (finish) {
    case Finish::length:
      return "MAX_TOKENS";
    case Finish::content_filter:
    case Finish::refusal:
      return "SAFETY";
    case Finish::error:
      return "OTHER";
    default:
      return "STOP";
  }
}

Json usage_json(const Usage& usage) {
  return {{"promptTokenCount", usage.input},
          {"cachedContentTokenCount", usage.input_cached},
          {"candidatesTokenCount", usage.output - usage.reasoning},
          {"thoughtsTokenCount", usage.reasoning},
          {"totalTokenCount", usage.input + usage.output}};
}

// A part of an answer, or the whole of it.
Json document(const Answer& answer, Json parts, std::string_view finish) {
  Json candidate = {{"index", 0}, {"content", {{"parts", std::move(parts)}, {"role", "model"}}}};
  if (!finish.empty()) candidate["finishReason"] = finish;
  return {{"candidates", Json::array({std::move(candidate)})},
          {"modelVersion", answer.model},
          {"responseId", answer.response_id}};
}

Json text_parts(std::string_view text) {
  return Json::array({{{"text", text}}});
}

// A model's broken JSON has no place in a function's arguments: nothing of it arrives.
Json call_parts(const Answer& answer, const Asked& asked) {
  const Result<Json> args = parse_json(answer.text);
  return Json::array(
      {{{"functionCall", {{"name", asked.forced_tool}, {"args", args ? *args : Json::object()}}},
        {"thoughtSignature", "c2lt"}}});
}

bool calls_function(const Answer& answer, const Asked& asked) {
  return !asked.forced_tool.empty() && answer.finish != Finish::refusal;
}

void add_texts(Asked& asked, const std::string& role, const Json& content) {
  const Json* parts = member(content, "parts");
  if (parts == nullptr) return;
  for (const Json& part : *parts) {
    asked.messages.push_back({role, text_of(part, "text")});
    asked.prompt_bytes += static_cast<std::int64_t>(asked.messages.back().text.size());
  }
}

// A schema, under one of two names: of JSON, or of OpenAPI.
void add_schema(Asked& asked, const Json& holder, std::string_view json,
                std::string_view open_api) {
  const Json* schema = member(holder, json);
  if (schema == nullptr) schema = member(holder, open_api);
  if (schema == nullptr) return;
  asked.schema = in_json_types(*schema);
  asked.prompt_bytes += static_cast<std::int64_t>(dump_json(*schema).size());
}

void add_function(Asked& asked, const Json& body) {
  const Json* tools = member(body, "tools");
  if (tools == nullptr || !tools->is_array() || tools->empty()) return;
  const Json* functions = member(tools->front(), "functionDeclarations");
  if (functions == nullptr || !functions->is_array() || functions->empty()) return;
  asked.forced_tool = text_of(functions->front(), "name");
  add_schema(asked, functions->front(), "parametersJsonSchema", "parameters");
}

// In an address, "%2F" is a slash. What is no such triple stays as it is.
std::string decoded(std::string_view segment) {
  std::string text;
  for (std::size_t at = 0; at < segment.size(); ++at) {
    const std::string_view digits = segment.substr(at).substr(0, 3);
    unsigned char byte = 0;
    const char* end = digits.data() + digits.size();
    const bool encoded = digits.size() == 3 && digits.front() == '%' &&
                         std::from_chars(digits.data() + 1, end, byte, 16).ptr == end;
    text += encoded ? static_cast<char>(byte) : segment[at];
    if (encoded) at += 2;
  }
  return text;
}

class ContentServer final : public simulator::Api {
 public:
  bool takes(std::string_view path) const override {
    return path.contains(kModels) && (path.ends_with(kPlain) || path.ends_with(kStream));
  }

  std::expected<Asked, CallError> parse(const Received& request) const override {
    Asked asked;
    if (header(request.headers, "x-goog-api-key").empty()) {
      return refuse(ErrorClass::permission,
                    "Method doesn't allow unregistered callers (callers without established "
                    "identity). Please use API Key or other form of API consumer identity to call "
                    "this API.");
    }
    const Result<Json> written = parse_json(request.body);
    if (!written) {
      return refuse(ErrorClass::invalid_request,
                    "Invalid JSON payload received. " + written.error().message);
    }
    const Json body = in_camel_case(*written);
    const std::size_t name = request.path.rfind(kModels) + kModels.size();
    asked.model = decoded(request.path.substr(name, request.path.rfind(':') - name));
    if (auto complaint = broken_rule(asked.model, body))
      return refuse(ErrorClass::invalid_request, std::move(*complaint));
    asked.stream = request.path.ends_with(kStream);
    asked.stream_usage = true;
    asked.stream_in_array = asked.stream && !request.query.contains("alt=sse");
    add_function(asked, body);
    if (const Json* system = member(body, "systemInstruction")) add_texts(asked, "system", *system);
    for (const Json& content : body["contents"])
      add_texts(asked, text_of(content, "role") == "model" ? "assistant" : "user", content);
    if (const Json* config = member(body, "generationConfig")) {
      asked.answer_tokens_max = count_of(*config, "maxOutputTokens");
      add_schema(asked, *config, "responseJsonSchema", "responseSchema");
    }
    return asked;
  }

  Rendered answer(const Answer& answer, const Asked& asked) const override {
    Json body = document(
        answer, calls_function(answer, asked) ? call_parts(answer, asked) : text_parts(answer.text),
        finish_reason(answer.finish));
    if (answer.usage) body["usageMetadata"] = usage_json(*answer.usage);
    return {200, {}, dump_json(body)};
  }

  std::vector<std::string> stream(const Answer& answer, const Asked& asked) const override {
    std::vector<Json> documents;
    if (calls_function(answer, asked)) {
      documents.push_back(document(answer, call_parts(answer, asked), {}));
    } else {
      for (const std::string_view piece : simulator::pieces(answer.text))
        documents.push_back(document(answer, text_parts(piece), {}));
    }
    documents.push_back(document(answer, text_parts(""), finish_reason(answer.finish)));
    if (answer.usage) {
      // What has been sent is known from the beginning, what comes is not.
      for (Json& each : documents)
        each["usageMetadata"] = {{"promptTokenCount", answer.usage->input},
                                 {"totalTokenCount", answer.usage->input}};
      if (asked.usage_elsewhere) {
        documents.back().erase("usageMetadata");
        documents.push_back(Json::object());
      }
      documents.back()["usageMetadata"] = usage_json(*answer.usage);
    }
    return written(documents, asked);
  }

  std::string_view stream_type(const Asked& asked) const override {
    return asked.stream_in_array ? "application/json" : "text/event-stream";
  }
  std::string keep_alive(const Asked& asked) const override {
    return asked.stream_in_array ? "\n" : ": keep-alive\n\n";
  }

  // Not as an event: bare, over several lines.
  std::string stream_error(const CallError& error) const override {
    return error_body(error).dump(2) + "\n";
  }

  Rendered error(const CallError& error) const override {
    return {status_of(error), {}, dump_json(error_body(error))};
  }

  // Nothing was written: the prompt alone counts.
  std::optional<Rendered> blocked(const Usage& usage) const override {
    const Json body = {
        {"promptFeedback", {{"blockReason", "PROHIBITED_CONTENT"}}},
        {"usageMetadata", {{"promptTokenCount", usage.input}, {"totalTokenCount", usage.input}}}};
    return Rendered{200, {}, dump_json(body)};
  }

  // The prompt alone counts.
  std::optional<std::string> overflow(const simulator::Fit& fit) const override {
    if (fit.prompt_tokens <= fit.window) return std::nullopt;
    return fmt::format(
        "The input token count ({}) exceeds the maximum number of tokens allowed ({}).",
        fit.prompt_tokens, fit.window);
  }

  std::optional<std::string> too_long_an_answer(const simulator::Fit& fit) const override {
    if (fit.output_max == 0 || fit.answer_tokens_max <= fit.output_max) return std::nullopt;
    return fmt::format(
        "Unable to submit request because it has a maxOutputTokens value of {} but the supported "
        "range is from 1 (inclusive) to {} (exclusive). Update the value and try again.",
        fit.answer_tokens_max, fit.output_max + 1);
  }

  bool caches_unasked() const override { return true; }

  Headers identity(std::string_view) const override { return {}; }

  Headers limits(const simulator::LimitState&) const override { return {}; }

  bool lists(std::string_view path) const override { return path.ends_with("/v1beta/models"); }

  Rendered models(const std::vector<std::string_view>& names) const override {
    Json list = Json::array();
    for (const std::string_view name : names) {
      list.push_back({{"name", "models/" + std::string(name)},
                      {"displayName", name},
                      {"supportedGenerationMethods", {"generateContent", "countTokens"}}});
    }
    return {200, {}, dump_json({{"models", list}})};
  }

 private:
  static std::vector<std::string> written(const std::vector<Json>& documents, const Asked& asked) {
    std::vector<std::string> events;
    for (const Json& each : documents) {
      const std::string_view before = events.empty() ? "[" : ",\r\n";
      events.push_back(asked.stream_in_array ? std::string(before) + dump_json(each)
                                             : "data: " + dump_json(each) + "\r\n\r\n");
    }
    if (asked.stream_in_array) events.emplace_back("]");
    return events;
  }
};

}  // namespace

std::unique_ptr<const simulator::Api> simulated_api() {
  return std::make_unique<const ContentServer>();
}

}  // namespace docwright::providers::gemini
