// What an error answer means: its class, its message without secrets, when to come back. What
// providers say is data: rows that are common to all, and each provider's own before them.
#pragma once
#include <span>

#include "providers/provider.h"

namespace docwright::providers::wire {

// A row of an error table. It holds where everything in it holds; the first row that does, counts.
struct ErrorRule {
  int status = 0;                // 0: any
  std::string_view code = {};    // one of error.code, error.type, error.status and the inner
                                 // error's code; empty: any
  std::string_view phrase = {};  // part of error.message, in lower case; empty: any. Never looked
                                 // for in the whole body, which may echo the prompt
  ErrorClass error_class = ErrorClass::invalid_request;
};

// Of a response with an error status, or with an error object under a good one (then nobody knows
// whether it was charged). `own`: rows of the provider, looked at before the common ones.
CallError error_of(const HttpResponse& response, std::span<const ErrorRule> own = {});

// Of an error object under a good status: a whole answer or an event of a stream. `worked`: some of
// an answer has come before it. Without that, a provider that refuses to work for the question (its
// length, the key, the quota, a limit, too much to do) has charged nothing, as with an error
// status. It is read under the status that it names itself (a number as its code); `as_if`: another
// one, known to the provider.
CallError error_under_good_status(std::string_view body, bool worked,
                                  std::span<const ErrorRule> own = {}, int as_if = 200);

// Its member `error`; null where that says nothing: beside a good answer servers have null, false,
// "" or {}.
const Json* error_in(const Json& document);
// Whether a document under a good status is an error and no answer: it has an `error`, or calls
// itself one as vLLM did ({"object": "error", "message": ...}).
bool tells_error(const Json& document);

// An answer that was worked for and cannot be used: charged or not, nobody knows.
CallError broken(ErrorClass error_class, int status, std::string message);

inline constexpr std::size_t kMessageBytesMax = 512;
// Any text that leaves: keys masked, UTF-8, at most so long.
std::string presentable(std::string_view text);

}  // namespace docwright::providers::wire
