#include "providers/simulator/connection.h"

#include <fmt/format.h>

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

namespace docwright::providers::simulator {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

Rendered plain_error(int status, std::string_view message) {
  return {status,
          {},
          dump_json({{"error", {{"message", message}, {"type", "invalid_request_error"}}}})};
}

}  // namespace

Connection::Connection(boost::asio::ip::tcp::socket socket, Hall& hall)
    : hall_(hall), socket_(std::move(socket)), latency_(socket_.get_executor()) {
  ++hall_.connections;
  error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

Connection::~Connection() {
  if (working_) --hall_.in_flight;
  --hall_.connections;
  hall_.on_leave();
}

void Connection::serve() {
  parser_.emplace();
  parser_->body_limit(hall_.options.request_bytes_max);
  http::async_read(socket_, buffer_, *parser_,
                   [self = shared_from_this()](error_code error, std::size_t) {
                     if (!error) self->handle();
                   });
}

void Connection::handle() {
  const auto& request = parser_->get();
  keep_alive_ = request.keep_alive();
  std::string_view path = view(request.target());
  path = path.substr(0, path.find('?'));
  if (request.method() == http::verb::get) return get(path);
  if (request.method() == http::verb::post) return post(path);
  send(plain_error(405, "the simulator answers GET and POST"));
}

void Connection::get(std::string_view path) {
  if (path == "/health") return send({200, {}, R"({"status":"ok"})"});
  if (path == "/ledger") return send({200, {}, dump_json(hall_.desk.ledger().totals())});
  if (path.ends_with("/models")) return send(hall_.desk.models());
  send(plain_error(404, fmt::format("there is nothing at {}", path)));
}

void Connection::post(std::string_view path) {
  const auto& request = parser_->get();
  working_ = true;
  ++hall_.in_flight;
  const SystemClock clock;
  Arrival arrival;
  arrival.path = path;
  arrival.body = request.body();
  arrival.traceparent = view(request["traceparent"]);
  arrival.request_id = view(request["X-Client-Request-Id"]);
  arrival.in_flight = hall_.in_flight;
  arrival.time = clock.now();
  arrival.moment = clock.moment();
  std::optional<Decision> decision = hall_.desk.post(arrival);
  if (!decision) return send(plain_error(404, fmt::format("Invalid URL (POST {})", path)));
  if (hall_.options.latency == Duration::zero()) return deliver(std::move(*decision));
  latency_.expires_after(hall_.options.latency);
  latency_.async_wait(
      [self = shared_from_this(), decision = std::move(*decision)](error_code error) mutable {
        if (!error) self->deliver(std::move(decision));
      });
}

std::string Connection::head_of(const Rendered& reply) const {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
                  reply.status, reason(reply.status), reply.body.size());
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (!keep_alive_) head += "Connection: close\r\n";
  return head + "\r\n";
}

void Connection::deliver(Decision decision) {
  switch (decision.delivery) {
    case Delivery::whole:
      return send(std::move(decision.reply));
    case Delivery::cut_before:
      return;  // the last owner lets go, and the socket closes
    case Delivery::silent:
      return hold();
    case Delivery::cut_body:
      break;
  }
  out_ = head_of(decision.reply) + decision.reply.body.substr(0, decision.reply.body.size() / 2);
  boost::asio::async_write(socket_, boost::asio::buffer(out_),
                           [self = shared_from_this()](error_code, std::size_t) {});
}

void Connection::send(Rendered reply) {
  out_ = head_of(reply);
  out_ += reply.body;
  boost::asio::async_write(socket_, boost::asio::buffer(out_),
                           [self = shared_from_this()](error_code error, std::size_t) {
                             if (!error) self->answered();
                           });
}

void Connection::answered() {
  if (working_) --hall_.in_flight;
  working_ = false;
  if (keep_alive_) serve();
}

// Until the client gives up.
void Connection::hold() {
  socket_.async_wait(boost::asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](error_code) {});
}

}  // namespace docwright::providers::simulator
