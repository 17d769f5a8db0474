// Who takes a response as it comes from the network.
#pragma once
#include <string_view>

#include "providers/http_message.h"

namespace docwright::providers {

// Called on the loop thread, from within libcurl: no call back into the client.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  // Once, as soon as it is there, before the body; of the answer itself, not of an interim one.
  virtual void head(int status, Headers headers) noexcept = 0;
  // The next piece of the body, cut anywhere. False: no more of it; the exchange ends as malformed.
  virtual bool bytes(std::string_view piece) noexcept = 0;
  // Asked after each piece. True: what matters has come; the end of the body is waited for only as
  // long as it takes to use the connection again.
  virtual bool complete() const noexcept { return false; }
};

}  // namespace docwright::providers
