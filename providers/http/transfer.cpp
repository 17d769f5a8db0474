#include "providers/http/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "runtime/characters.h"
#include "runtime/text.h"

namespace docwright::providers::http {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr int kFirstFinalStatus = 200;  // those below announce the answer

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// A server on this machine is never behind the environment's proxy. `origin`:
// "http://127.0.0.1:8080".
bool on_loopback(std::string_view origin) {
  const std::string_view host = origin.substr(std::min(origin.size(), origin.find("://") + 3));
  return host.starts_with("127.") || host.starts_with("[::1]") || host == "localhost" ||
         host.starts_with("localhost:");
}

// A line break in a value (a key with a newline at its end) would start a header of its own.
bool printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

bool is_certificate_error(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_ISSUER_ERROR ||
         code == CURLE_SSL_INVALIDCERTSTATUS;
}

}  // namespace

void Transfer::configure_once(const Easy& easy, const HttpOptions& options) {
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // Without it, ending a transfer while its name is being resolved waits for the resolver's thread:
  // the loop would block.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_USERAGENT, "docwright");
  // Said, because nothing said means that any will do, and unpacked all the same, because there are
  // servers that pack whatever is asked for.
  set(easy, CURLOPT_ACCEPT_ENCODING, "identity");
  set(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(easy, CURLOPT_PREREQFUNCTION, &Transfer::on_request);
  set(easy, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  set(easy, CURLOPT_NOPROGRESS, 0L);
  if (!options.ca_file.empty()) set(easy, CURLOPT_CAINFO, options.ca_file.c_str());
}

bool Transfer::begin(Easy with, const std::string& proxy, Instant now) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  std::string line;
  for (const auto& [name, value] : request.headers) {
    if (!printable(name) || !printable(value)) {
      curl_slist_free_all(list);
      fail(ErrorClass::invalid_request,
           fmt::format("the header '{}' holds a control character and was not sent",
                       to_valid_utf8(name)));
      return false;
    }
    line.assign(name).append(": ").append(value);
    list = curl_slist_append(list, line.c_str());
  }
  request_headers_.reset(list);
  easy_ = std::move(with);
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_WRITEDATA, this);
  set(easy_, CURLOPT_HEADERDATA, this);
  set(easy_, CURLOPT_PREREQDATA, this);
  set(easy_, CURLOPT_XFERINFODATA, this);
  set(easy_, CURLOPT_ERRORBUFFER, error_);
  set(easy_, CURLOPT_URL, request.url.c_str());
  set(easy_, CURLOPT_HTTPHEADER, request_headers_.get());
  // Empty: none at all. Null: the environment's.
  if (!proxy.empty()) {
    set(easy_, CURLOPT_PROXY, proxy.c_str());
  } else {
    set(easy_, CURLOPT_PROXY, on_loopback(origin) ? "" : nullptr);
  }
  if (request.method == "GET") {
    set(easy_, CURLOPT_HTTPGET, 1L);
  } else {
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy_, CURLOPT_POSTFIELDS, request.body.data());  // not copied: the request stays with us
    set(easy_, CURLOPT_POST, 1L);
  }
  phase_ = Phase::connecting;
  since_ = now;
  total_ = std::min(deadline, now + limits_.total);
  return true;
}

// The handle lives on; what it points to does not.
Easy Transfer::end() {
  if (easy_ != nullptr) {
    set(easy_, CURLOPT_ERRORBUFFER, nullptr);
    set(easy_, CURLOPT_HTTPHEADER, nullptr);
    set(easy_, CURLOPT_POSTFIELDS, nullptr);
  }
  return std::move(easy_);
}

Instant Transfer::due() const {
  switch (phase_) {
    case Phase::queued:
      return deadline;
    case Phase::connecting:
      return std::min(total_, since_ + limits_.connect);
    case Phase::sent:
      return std::min(total_, since_ + limits_.first_byte);
    case Phase::receiving:
      return std::min(total_, since_ + limits_.idle);
    case Phase::ending:
      return std::min(total_, since_ + limits_.ending);
  }
  return deadline;
}

Instant Transfer::next_look(Instant now) const {
  const Duration shortest =
      std::min({limits_.connect, limits_.first_byte, limits_.idle, limits_.ending});
  return std::min(due(), now + shortest);
}

void Transfer::expire() {
  if (phase_ == Phase::ending) {
    result = {};
    return;
  }
  // Nobody there to talk to: as where a connection is refused.
  fail(phase_ == Phase::connecting ? ErrorClass::connect : ErrorClass::timeout, waited_for());
}

std::string Transfer::waited_for() const {
  if (phase_ == Phase::queued) return "no connection became free before the deadline";
  if (due() == deadline)
    return fmt::format("no complete answer from {} before the deadline", origin);
  if (due() == total_)
    return fmt::format("no complete answer from {} within {}", origin, to_text(limits_.total));
  switch (phase_) {
    case Phase::connecting:
      return fmt::format("no connection to {} within {}", origin, to_text(limits_.connect));
    case Phase::sent:
      return fmt::format("{} did not begin to answer within {}", origin,
                         to_text(limits_.first_byte));
    default:
      return fmt::format("{} fell silent for {} in mid-answer", origin, to_text(limits_.idle));
  }
}

// --- libcurl's callbacks ---

// Just before the request is written to a connection that stands. The second time is libcurl's own
// resending after a kept connection died without an answer: the server may have worked for the
// first one, so whether to ask again (and pay again) is not for a library to decide.
int Transfer::on_request(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.phase_ == Phase::sent) {
    transfer.sent_twice_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.enter(Phase::sent);
  return CURL_PREREQFUNC_OK;
}

// The wait for an answer begins when the last byte of the request has left.
int Transfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t uploaded) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.phase_ == Phase::sent && uploaded > transfer.uploaded_) {
    transfer.uploaded_ = uploaded;
    transfer.since_ = std::chrono::steady_clock::now();
  }
  return 0;
}

void Transfer::enter(Phase phase) {
  phase_ = phase;
  since_ = std::chrono::steady_clock::now();
}

bool Transfer::take(std::size_t bytes) {
  received_ += bytes;
  too_large_ = received_ > limits_.response_bytes_max;
  return !too_large_;
}

std::size_t Transfer::on_body(char* data, std::size_t, std::size_t bytes, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.take(bytes)) return 0;
  if (transfer.phase_ != Phase::ending) transfer.enter(Phase::receiving);
  transfer.tell_head();
  transfer.unwanted_ = !transfer.sink_.bytes({data, bytes});
  if (transfer.phase_ == Phase::receiving && transfer.sink_.complete())
    transfer.enter(Phase::ending);
  return transfer.unwanted_ ? 0 : bytes;
}

// The head of a stream comes at once; a model that thinks begins minutes later. So it counts as the
// wait for the answer, until the body begins.
std::size_t Transfer::on_header(char* data, std::size_t, std::size_t bytes, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.take(bytes)) return 0;
  // After the body come trailers, which nobody asks for.
  if (transfer.head_told_) return bytes;
  transfer.header_line(std::string_view(data, bytes));
  if (transfer.headers_end_ && transfer.status_ >= kFirstFinalStatus) transfer.tell_head();
  return bytes;
}

void Transfer::header_line(std::string_view line) {
  headers_end_ = trimmed(line).empty();
  if (line.starts_with("HTTP/")) {  // an interim answer's headers are not the answer's
    headers_.clear();
    const std::size_t blank = line.find(' ');
    status_ = 0;
    for (const char c : blank == line.npos ? std::string_view() : line.substr(blank + 1, 3)) {
      if (c >= '0' && c <= '9') status_ = status_ * 10 + (c - '0');
    }
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return;
  headers_.emplace_back(lower(trimmed(line.substr(0, colon))),
                        std::string(trimmed(line.substr(colon + 1))));
}

void Transfer::tell_head() {
  if (!std::exchange(head_told_, true)) sink_.head(status_, std::move(headers_));
}

// --- the end ---

void Transfer::finish(CURLcode code) {
  const bool whole = code == CURLE_OK && headers_end_;
  if (whole || error_status()) {
    tell_head();
    result = {};
  } else {
    result = std::unexpected(classified(code));
  }
}

void Transfer::fail(ErrorClass error_class, std::string message) {
  if (error_status()) {
    tell_head();
    result = {};
    return;
  }
  result = std::unexpected(CallError{.error_class = error_class,
                                     .status = status_,
                                     .message = std::move(message),
                                     .retry_after = std::nullopt,
                                     .maybe_charged = bytes_went_out()});
}

// Counted by libcurl as it writes: 0 means that nothing of the request has left.
bool Transfer::bytes_went_out() const {
  if (easy_ == nullptr || phase_ == Phase::connecting) return false;
  long bytes = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
}

CallError Transfer::classified(CURLcode code) const {
  CallError error;
  error.status = status_;
  error.maybe_charged = bytes_went_out();
  error.error_class = error.maybe_charged ? ErrorClass::network : ErrorClass::connect;
  const std::string_view detail = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  error.message = fmt::format("{}: {}", origin, to_valid_utf8(detail));
  if (too_large_) {
    error.error_class = ErrorClass::malformed;
    error.message =
        fmt::format("{} answered with more than {} bytes", origin, limits_.response_bytes_max);
  } else if (unwanted_) {
    error.error_class = ErrorClass::malformed;
    error.message = fmt::format(
        "{} sent a stream of which a line or an event is too long, or which is none", origin);
  } else if (sent_twice_ || code == CURLE_OK) {
    error.message = fmt::format("{} closed the connection without an answer", origin);
  } else if (error.maybe_charged &&
             (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY ||
              code == CURLE_BAD_CONTENT_ENCODING)) {
    error.error_class = ErrorClass::malformed;
  } else if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
    error.error_class = ErrorClass::invalid_request;
    error.message = fmt::format("'{}' is not an http or https address", request.url);
  } else if (is_certificate_error(code)) {
    // Asking again does not help; another CA file (http.ca_file) may.
    error.error_class = ErrorClass::permission;
  } else if (error.maybe_charged && code == CURLE_OPERATION_TIMEDOUT) {
    error.error_class = ErrorClass::timeout;
  }
  if (error.message.size() > 512) error.message = to_valid_utf8(error.message.substr(0, 500));
  return error;
}

}  // namespace docwright::providers::http
