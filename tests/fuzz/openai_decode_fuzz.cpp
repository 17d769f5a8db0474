// Whatever a server sends: the codec neither crashes nor says anything that the rest could not
// trust.
//
// First byte: the status; second: which header carries the third line; then a header's value up to
// a line break; then the body.
#include <array>

#include "providers/openai/openai.h"
#include "runtime/text.h"
#include "tests/support/fuzz.h"

namespace {

using namespace docwright;
using namespace docwright::providers;
using testing_support::must;

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
  // Only an error status proves that nothing was charged.
  must(error.maybe_charged == (status < 300));
  if (error.retry_after)
    must(error.retry_after->count() >= 0 && *error.retry_after <= std::chrono::hours(24));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Provider provider = openai::provider();
  if (size < 2) return 0;
  constexpr std::array kStatus = {200, 400, 401, 404, 413, 429, 500, 503, 302, 200};
  constexpr std::array kHeaders = {"retry-after", "retry-after-ms", "x-ratelimit-reset-tokens",
                                   "date"};
  HttpResponse response;
  response.status = kStatus[data[0] % kStatus.size()];
  std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t end = rest.find('\n');
  if (end != rest.npos) {
    response.headers.emplace_back(kHeaders[data[1] % kHeaders.size()], rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  response.body = rest;
  const CallResult<Answer> result = provider.codec->decode(response, {}, {});
  if (result) {
    check(*result);
  } else {
    check(result.error(), response.status);
  }
  return 0;
}
