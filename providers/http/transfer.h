// One HTTP exchange as libcurl's callbacks carry it: what was sent, to whom goes what comes, how
// far it got, until when it may wait.
#pragma once
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "providers/http/curl.h"
#include "providers/http_client.h"

namespace docwright::providers::http {

// Real time, whatever the loop's clock says: so does the network.
using Instant = std::chrono::steady_clock::time_point;

// Loop thread only. Shared by the awaiting coroutine and the client until it has ended.
class Transfer final : public std::enable_shared_from_this<Transfer> {
 public:
  // The sink gets nothing after the transfer has ended.
  Transfer(HttpRequest to_send, const HttpLimits& with_limits, Instant at_latest,
           ResponseSink& sink)
      : request(std::move(to_send)), deadline(at_latest), limits_(with_limits), sink_(sink) {}

  // Takes a handle on which configure_once() ran. False: a header that cannot be sent (an Error is
  // in `result`).
  bool begin(Easy with, const std::string& proxy, Instant now);
  // Gives the handle back after the transfer has left the multi.
  Easy end();
  CURL* handle() const { return easy_.get(); }
  bool started() const { return easy_ != nullptr; }

  // When it has waited too long, as things stand.
  Instant due() const;
  // When to look at due() again. The clock that runs may change before then (connected, begun to
  // answer), but the one that follows cannot run out before this.
  Instant next_look(Instant now) const;
  // Ends because the due time has come: as a failure, or because all that matters has.
  void expire();

  // Both turn what is known into `result`. An answer with an error status stands even where its
  // body was cut.
  void finish(CURLcode code);
  void fail(ErrorClass error_class, std::string message);

  // What every handle has in common.
  static void configure_once(const Easy& easy, const HttpOptions& options);

  HttpRequest request;
  const Instant deadline;
  std::string origin;     // scheme, host and port: what connections are counted by
  std::size_t place = 0;  // in the client's list
  std::function<void(boost::system::error_code)> complete;  // set while somebody awaits
  CallResult<void> result = std::unexpected(CallError{});

 private:
  enum class Phase { queued, connecting, sent, receiving, ending };

  static std::size_t on_body(char* data, std::size_t, std::size_t bytes, void* self);
  static std::size_t on_header(char* data, std::size_t, std::size_t bytes, void* self);
  static int on_request(void* self, char*, char*, int, int);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t uploaded);

  void enter(Phase phase);
  bool take(std::size_t bytes);
  void header_line(std::string_view line);
  void tell_head();
  bool error_status() const { return status_ >= 400; }
  bool bytes_went_out() const;
  std::string waited_for() const;
  CallError classified(CURLcode code) const;

  const HttpLimits& limits_;
  ResponseSink& sink_;
  Easy easy_;
  HeaderList request_headers_;
  int status_ = 0;
  Headers headers_;
  Phase phase_ = Phase::queued;
  Instant since_;  // beginning of the phase, or the last byte that went or came
  Instant total_;  // end of all, from admission
  std::size_t received_ = 0;
  curl_off_t uploaded_ = 0;
  bool headers_end_ =
      false;                // seen: libcurl calls an answer complete that was cut among its headers
  bool head_told_ = false;  // to the sink
  bool too_large_ = false;
  bool unwanted_ = false;  // by the sink
  bool sent_twice_ = false;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace docwright::providers::http
