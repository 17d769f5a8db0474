#include "client/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <zmq_addon.hpp>

namespace docwright::client {
namespace {

constexpr Duration kLongestLook = std::chrono::seconds(60);

std::chrono::milliseconds rounded(Duration time) {
  return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(time),
                    std::chrono::milliseconds(0),
                    std::chrono::duration_cast<std::chrono::milliseconds>(kLongestLook));
}

std::string id_of(std::string_view frame) {
  const auto json = parse_json(frame);
  if (!json || !json->is_object() || !json->contains("id") || !(*json)["id"].is_string()) return {};
  return (*json)["id"].get<std::string>();
}

}  // namespace

Result<bool> readable(zmq::socket_t& socket, int interrupt, Duration time) {
  std::array<zmq::pollitem_t, 2> items{
      {{socket.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, interrupt, ZMQ_POLLIN, 0}}};
  const std::size_t watched = interrupt >= 0 ? 2 : 1;
  try {
    zmq::poll(items.data(), watched, rounded(time));
  } catch (const zmq::error_t& error) {
    if (error.num() != EINTR) return fail(Code::io, error.what());
  }
  if (items[1].revents != 0) return fail(Code::cancelled, "interrupted");
  return items[0].revents != 0;
}

std::vector<std::string> receive(zmq::socket_t& socket) {
  std::vector<zmq::message_t> parts;
  if (!zmq::recv_multipart(socket, std::back_inserter(parts), zmq::recv_flags::dontwait)) return {};
  std::vector<std::string> frames;
  for (const zmq::message_t& part : parts) frames.push_back(part.to_string());
  return frames;
}

Connection::Connection(Endpoint endpoint, const Options& options)
    : endpoint_(std::move(endpoint)), options_(options) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::sndhwm, 0);  // bounded by the window of submit_all
  socket_.set(zmq::sockopt::heartbeat_ivl, 10'000);
  socket_.set(zmq::sockopt::heartbeat_timeout, 30'000);
  socket_.connect(endpoint_.address);
}

std::string Connection::ask(const wire::Verb& verb, Message message, Duration waits) {
  const std::string id = fmt::format("c{}", ++last_id_);
  Asked one{.header = wire::render_request({.id = id, .verb = verb}),
            .message = std::move(message),
            .pause = options_.resend_after + waits,
            .give_up = clock_.moment() + options_.timeout + waits};
  send(one);
  asked_.emplace(id, std::move(one));
  return id;
}

void Connection::send(Asked& one) {
  const std::span<const std::string> blobs =
      one.message ? std::span(one.message->blobs) : std::span<const std::string>();
  socket_.send(zmq::buffer(one.header),
               blobs.empty() ? zmq::send_flags::none : zmq::send_flags::sndmore);
  for (const std::string& blob : blobs) {
    const bool last = &blob == &blobs.back();
    socket_.send(zmq::buffer(blob), last ? zmq::send_flags::none : zmq::send_flags::sndmore);
  }
  one.send_at = clock_.moment() + one.pause;
  one.pause *= 2;
}

Result<Connection::Answer> Connection::next_answer() {
  while (true) {
    if (auto repeated = repeat_what_is_due(); !repeated) return std::unexpected(repeated.error());
    auto ready = readable(socket_, options_.interrupt, until_next_sending());
    if (!ready) return std::unexpected(ready.error());
    if (!*ready) continue;
    std::vector<std::string> frames = receive(socket_);
    if (frames.empty()) continue;
    std::string id = id_of(frames.back());
    if (asked_.erase(id) > 0) return Answer{std::move(id), std::move(frames.back())};
  }
}

Result<void> Connection::repeat_what_is_due() {
  const Moment now = clock_.moment();
  for (auto& [id, one] : asked_) {
    if (now >= one.give_up) {
      asked_.clear();
      const auto waited = std::chrono::duration_cast<std::chrono::seconds>(options_.timeout);
      return fail(Code::unavailable, fmt::format("the daemon at {} has not answered for {} s",
                                                 endpoint_.address, waited.count()));
    }
    if (now >= one.send_at) send(one);
  }
  return {};
}

Duration Connection::until_next_sending() const {
  Moment next = clock_.moment() + kLongestLook;
  for (const auto& [id, one] : asked_) next = std::min({next, one.send_at, one.give_up});
  return std::max(next - clock_.moment(), Duration{});
}

Result<void> Connection::sleep(Duration time) {
  zmq::pollitem_t item{nullptr, options_.interrupt, ZMQ_POLLIN, 0};
  zmq::poll(&item, options_.interrupt >= 0 ? 1 : 0, rounded(time));
  if (item.revents != 0) return fail(Code::cancelled, "interrupted");
  return {};
}

}  // namespace docwright::client
