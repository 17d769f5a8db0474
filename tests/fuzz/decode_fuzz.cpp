// Whatever a server sends, whole or as a stream: no codec crashes, or says anything that the rest
// could not trust.
//
// First byte: the codec, and how it was asked; second: the status, or that it is a stream; third:
// which header carries the first line; then a header's value up to a line break; then the body.
#include <array>

#include "providers/provider.h"
#include "providers/wire/json_array.h"
#include "providers/wire/sse.h"
#include "runtime/text.h"
#include "tests/support/fuzz.h"

namespace {

using namespace docwright;
using namespace docwright::providers;
using test::must;

constexpr std::array kStatus = {200, 400, 401, 404, 413, 429, 500, 503, 302, 529};
constexpr std::array kHeaders = {"retry-after", "retry-after-ms", "x-ratelimit-reset-tokens",
                                 "anthropic-ratelimit-tokens-reset", "date"};

void check(const Answer& answer) {
  must(!answer.finish_raw.empty());
  if (!answer.usage) return;
  const Usage& usage = *answer.usage;
  must(usage.input > 0 && usage.output >= 0);
  must(usage.input_cached >= 0 && usage.input_cache_write >= 0);
  must(usage.input_cached + usage.input_cache_write <= usage.input);
  must(usage.reasoning >= 0 && usage.reasoning <= usage.output);
}

void check(const CallError& error, int status) {
  must(!error.message.empty() && error.message.size() <= 512);
  must(!invalid_utf8(error.message));
  must(!invalid_utf8(error.code));
  // An error status proves that nothing was charged.
  must(status < 300 || !error.maybe_charged);
  if (error.retry_after)
    must(error.retry_after->count() >= 0 && *error.retry_after <= std::chrono::hours(24));
  if (error.context) must(error.context->window > 0 && error.context->requested >= 0);
}

void check(const CallResult<Answer>& result, int status) {
  if (result) {
    check(*result);
  } else {
    check(result.error(), status);
  }
}

struct Asked {
  const Codec& codec;
  Question question;
  Dialect dialect;
};

// A bad event in one form is an ordinary one in the other: both read the same body.
void read_streams(const Asked& asked, std::string_view body) {
  const auto of_events = asked.codec.events(asked.question, asked.dialect);
  wire::SseReader sse(
      [&](std::string_view name, std::string_view data) { of_events->event(name, data); });
  sse.feed(body);
  sse.end();
  must(of_events->text().size() <= body.size() * 6);
  check(of_events->end(), 200);
  const auto of_elements = asked.codec.events(asked.question, asked.dialect);
  wire::JsonArrayReader array([&](std::string_view element) { of_elements->event({}, element); });
  array.feed(body);
  check(of_elements->end(), 200);
}

const std::vector<const Codec*>& codecs() {
  static const Registry registry = all_providers();
  static const std::vector<const Codec*> found = [] {
    std::vector<const Codec*> codecs;
    for (const std::string_view name : registry.names()) {
      if (registry.find(name)->codec) codecs.push_back(registry.find(name)->codec.get());
    }
    return codecs;
  }();
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::size_t count = codecs().size();
  Asked asked{*codecs()[data[0] % count], {}, {}};
  const std::size_t how = data[0] / count;
  if (how % 2 == 1) asked.dialect.structured = Structured::tool;
  if (how / 2 % 2 == 1) asked.dialect.api = Api::responses;
  asked.question.schema_name = "documents";
  asked.question.schema = std::make_shared<const Json>(Json::parse(
      R"({"type":"object","properties":{"a b":{"type":"string"}},"required":["a b"]})"));

  HttpResponse response;
  std::string_view rest(reinterpret_cast<const char*>(data) + 3, size - 3);
  if (data[1] >= 128) {
    read_streams(asked, rest);
    return 0;
  }
  response.status = kStatus[data[1] % kStatus.size()];
  const std::size_t end = rest.find('\n');
  if (end != rest.npos) {
    response.headers.emplace_back(kHeaders[data[2] % kHeaders.size()], rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  response.body = rest;
  check(asked.codec.decode(response, asked.question, asked.dialect), response.status);
  static_cast<void>(asked.codec.listed_models(response));
  return 0;
}
