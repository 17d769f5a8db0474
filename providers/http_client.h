// The one HTTP client: libcurl's multi interface on the loop, HTTP/1.1.
//
// libcurl 7.88 over HTTP/2 can report a cut answer as complete, and starts a transfer's clock while
// it waits for a connection; so HTTP/1.1, and our own limit of connections per host with the clocks
// started at admission.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "providers/provider.h"
#include "providers/response_sink.h"
#include "runtime/loop.h"

namespace docwright::providers {

struct HttpLimits {
  Duration connect = std::chrono::seconds(10);
  Duration first_byte = std::chrono::seconds(300);  // from the end of sending to the first byte of
                                                    // the answer's body
  Duration idle = std::chrono::seconds(120);        // between bytes
  Duration ending = std::chrono::seconds(1);   // from the sink's `complete` to the end of the body
  Duration total = std::chrono::seconds(600);  // from admission
  std::size_t connections_per_host = 64;
  std::size_t response_bytes_max = std::size_t{32} << 20;
};

struct HttpOptions {
  HttpLimits limits;
  std::string proxy;    // empty: the environment's (http_proxy, https_proxy, no_proxy), but not to
                        // the loopback
  std::string ca_file;  // empty: the system's
};

// Loop thread only.
class HttpClient final {
 public:
  HttpClient(Loop& loop, HttpOptions options);
  ~HttpClient();  // no request may be under way
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Waits for a place, sends, ends when the whole answer has gone to the sink (which outlives the
  // task). Redirects are not followed (keys would follow). An error status is an answer, even where
  // its body was cut. An error says whether the provider can have got the request (maybe_charged);
  // the sink may have got a part of an answer before. Cancellation aborts the transfer. `deadline`
  // bounds it all.
  Task<CallResult<void>> send(HttpRequest request, Moment deadline, ResponseSink& sink);
  // The same, collected.
  Task<CallResult<HttpResponse>> send(HttpRequest request, Moment deadline);

  std::size_t in_flight() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace docwright::providers
