#include "providers/http_client.h"

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <unordered_map>

#include "providers/http/multi.h"
#include "providers/http/transfer.h"

namespace docwright::providers {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using http::Instant;
using http::Transfer;
using Pointer = std::shared_ptr<Transfer>;

Instant now() {
  return std::chrono::steady_clock::now();
}

struct Collected final : ResponseSink {
  HttpResponse response;
  void head(int status, Headers headers) noexcept override {
    response.status = status;
    response.headers = std::move(headers);
  }
  bool bytes(std::string_view piece) noexcept override {
    response.body += piece;
    return true;
  }
};

// "https://api.openai.com" of "https://api.openai.com/v1/chat/completions".
std::string origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == url.npos ? 0 : scheme + 3;
  return std::string(url.substr(0, url.find_first_of("/?#", begin)));
}

}  // namespace

struct HttpClient::State : std::enable_shared_from_this<HttpClient::State> {
  struct Host {
    std::size_t used = 0;
    std::deque<Pointer> queue;  // first come, first served
  };

  State(Loop& on, HttpOptions with) : loop(on), options(std::move(with)), watch(on.context()) {
    multi = std::make_shared<http::Multi>(
        loop, options.limits.connections_per_host * 2,
        [this](CURL* easy, CURLcode code) { done(easy, code); },
        [this](const char* reason) { broken(reason); });
  }

  // Queues the transfer and starts what fits.
  void submit(const Pointer& transfer) {
    transfer->origin = origin_of(transfer->request.url);
    Host& host = hosts[transfer->origin];
    host.queue.push_back(transfer);
    transfer->place = all.size();
    all.push_back(transfer);
    loop.expect(+1);  // the network answers from elsewhere
    start_queued(host);
    watch_for(transfer->next_look(now()));
  }

  void start_queued(Host& host) {
    while (!host.queue.empty() && host.used < options.limits.connections_per_host) {
      const Pointer transfer = std::move(host.queue.front());
      host.queue.pop_front();
      ++host.used;
      if (transfer->begin(take_handle(), options.proxy, now())) {
        if (multi->add(transfer->handle())) continue;
        transfer->fail(ErrorClass::network, "libcurl refused to start the transfer");
      }
      transfer->end();
      --host.used;
      complete(transfer, {});
    }
  }

  http::Easy take_handle() {
    if (!idle.empty()) {
      http::Easy easy = std::move(idle.back());
      idle.pop_back();
      return easy;
    }
    http::Easy easy(curl_easy_init());
    if (easy == nullptr) throw std::bad_alloc();
    Transfer::configure_once(easy, options);
    multi->prepare(easy);
    return easy;
  }

  // --- ends, each by one of these ---

  void done(CURL* easy, CURLcode code) {
    char* tag = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &tag);
    const Pointer transfer = reinterpret_cast<Transfer*>(tag)->shared_from_this();
    transfer->finish(code);
    http::Easy handle = transfer->end();
    if (code == CURLE_OK) idle.push_back(std::move(handle));
    leave(transfer, {});
  }

  // Cancelled, or too late: wherever it stands, it ends now.
  void abort(const Pointer& transfer, error_code why) {
    if (transfer->started()) {
      multi->remove(transfer->handle());
      transfer->end();
      leave(transfer, why);
    } else {
      std::erase(hosts[transfer->origin].queue, transfer);
      complete(transfer, why);
    }
  }

  void broken(const char* reason) {
    const std::vector<Pointer> victims = all;
    for (const Pointer& transfer : victims) {
      if (!transfer->started()) continue;
      transfer->fail(ErrorClass::network, reason);
      multi->remove(transfer->handle());
      transfer->end();
      --hosts[transfer->origin].used;
      complete(transfer, {});
    }
    // What is queued starts when the multi stands again.
    asio::post(loop.executor(), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      for (auto& [origin, host] : self->hosts) self->start_queued(host);
    });
  }

  void leave(const Pointer& transfer, error_code why) {
    Host& host = hosts[transfer->origin];
    --host.used;
    complete(transfer, why);
    start_queued(host);
  }

  // The awaiter resumes on a turn of its own: it may send the next request at once.
  void complete(const Pointer& transfer, error_code why) {
    if (!transfer->complete) return;  // it has ended before
    all[transfer->place] = all.back();
    all[transfer->place]->place = transfer->place;
    all.pop_back();
    loop.expect(-1);
    asio::post(loop.executor(),
               [finish = std::exchange(transfer->complete, nullptr), why] { finish(why); });
  }

  // --- deadlines: one timer for all, armed for the earliest; a deadline that moved later is seen
  // when it fires ---

  void watch_for(Instant due) {
    if (due >= watch_at) return;
    watch_at = due;
    watch.expires_at(due);
    watch.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!error && self != nullptr) self->look();
    });
  }

  void look() {
    watch_at = Instant::max();
    const Instant moment = now();
    const std::vector<Pointer> present = all;
    for (const Pointer& transfer : present) {
      if (transfer->due() > moment) continue;
      transfer->expire();
      abort(transfer, {});
    }
    for (const Pointer& transfer : all) watch_for(transfer->next_look(moment));
  }

  Loop& loop;
  const HttpOptions options;
  std::shared_ptr<http::Multi> multi;
  std::unordered_map<std::string, Host> hosts;
  std::vector<Pointer> all;      // queued or under way
  std::vector<http::Easy> idle;  // at most as many as were ever under way at once
  asio::steady_timer watch;
  Instant watch_at = Instant::max();
};

HttpClient::HttpClient(Loop& loop, HttpOptions options)
    : state_(std::make_shared<State>(loop, std::move(options))) {}

HttpClient::~HttpClient() = default;

std::size_t HttpClient::in_flight() const {
  return state_->all.size();
}

Task<CallResult<void>> HttpClient::send(HttpRequest request, Moment deadline, ResponseSink& sink) {
  const auto state = state_;
  const Duration left = deadline - state->loop.clock().moment();
  const Instant latest = now() + std::clamp<Duration>(left, Duration{0}, std::chrono::hours(24));
  const auto transfer =
      std::make_shared<Transfer>(std::move(request), state->options.limits, latest, sink);
  auto start = [state, transfer](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    transfer->complete = [shared](error_code why) { std::move (*shared)(why); };
    if (slot.is_connected()) {
      slot.assign([state, weak = std::weak_ptr(transfer)](asio::cancellation_type) {
        const Pointer victim = weak.lock();
        if (victim != nullptr && victim->complete) {
          state->abort(victim, asio::error::operation_aborted);
        }
      });
    }
    state->submit(transfer);
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(error_code)>(
      std::move(start), use_task);
  co_return std::move(transfer->result);
}

Task<CallResult<HttpResponse>> HttpClient::send(HttpRequest request, Moment deadline) {
  Collected collected;
  const CallResult<void> sent = co_await send(std::move(request), deadline, collected);
  if (!sent) co_return std::unexpected(sent.error());
  co_return std::move(collected.response);
}

}  // namespace docwright::providers
