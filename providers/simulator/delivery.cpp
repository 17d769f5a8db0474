#include "providers/simulator/delivery.h"

#include <algorithm>

namespace docwright::providers::simulator {
namespace {

std::size_t bytes_of(const std::vector<std::string>& pieces) {
  std::size_t bytes = 0;
  for (const std::string& piece : pieces) bytes += piece.size();
  return bytes;
}

void keep_first(std::size_t bytes, std::vector<std::string>& pieces) {
  std::size_t left = bytes;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].size() < left) {
      left -= pieces[i].size();
      continue;
    }
    pieces[i].resize(left);
    pieces.resize(left == 0 ? i : i + 1);
    return;
  }
}

std::size_t half_or(std::int64_t said, std::size_t all) {
  return said < 0 ? all / 2 : std::min(static_cast<std::size_t>(said), all);
}

// An error in the place of what was to come. In a plain answer it is all that comes.
void break_off(const Api& api, std::int64_t at_event, Delivery& delivery) {
  CallError error;
  error.error_class = ErrorClass::server;
  if (!delivery.streamed) {
    delivery.pieces = {api.error(error).body};
  } else {
    delivery.pieces.resize(half_or(at_event, delivery.pieces.size()));
    delivery.pieces.push_back(api.stream_error(error));
  }
  delivery.length = bytes_of(delivery.pieces);
}

void apply(const Fault& fault, const Api& api, Delivery& delivery) {
  switch (fault.kind) {
    case FaultKind::cut_before:
      delivery.begins = false;
      delivery.ending = Ending::closed;
      return;
    case FaultKind::silent:
      delivery.begins = false;
      delivery.ending = Ending::held;
      return;
    case FaultKind::cut_body:
    case FaultKind::stall:
      delivery.ending = fault.kind == FaultKind::stall ? Ending::held : Ending::closed;
      keep_first(half_or(fault.at_byte, delivery.length), delivery.pieces);
      return;
    case FaultKind::slow:
      delivery.first_byte += fault.delay;
      return;
    case FaultKind::error_frame:
      return break_off(api, fault.at_event, delivery);
    default:
      return;
  }
}

std::vector<std::string> with_keep_alives(std::vector<std::string> events,
                                          const std::string& keep_alive) {
  for (std::string& event : events) event.insert(0, keep_alive);
  return events;
}

}  // namespace

Delivery plain(Rendered rendered) {
  Delivery delivery;
  delivery.status = rendered.status;
  delivery.headers = std::move(rendered.headers);
  delivery.length = rendered.body.size();
  delivery.pieces.push_back(std::move(rendered.body));
  return delivery;
}

Delivery delivery_of(const Api& api, const Answer& answer, const Asked& asked, const Server& server,
                     const Fault* fault) {
  Delivery delivery;
  if (asked.stream) {
    delivery.streamed = true;
    delivery.type = api.stream_type(asked);
    delivery.pieces = api.stream(answer, asked);
    if (server.keep_alive)
      delivery.pieces = with_keep_alives(std::move(delivery.pieces), api.keep_alive(asked));
    delivery.length = bytes_of(delivery.pieces);
  } else {
    delivery = plain(api.answer(answer, asked));
  }
  if (fault != nullptr) apply(*fault, api, delivery);
  return delivery;
}

void add_latency(const Latency& latency, const Draw& of, std::int64_t output_tokens,
                 Delivery& delivery) {
  const double factor = 1 + latency.spread * (2 * draw(of, kDrawLatency) - 1);
  delivery.first_byte += std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(latency.first_byte) * factor);
  if (delivery.streamed) {
    delivery.between = latency.per_token;
  } else {
    delivery.first_byte += latency.per_token * output_tokens;
  }
}

}  // namespace docwright::providers::simulator
