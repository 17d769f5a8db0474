#include "providers/simulator/connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <cerrno>

#include "runtime/characters.h"

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
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
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

Delivery plain_error(int status, std::string_view message) {
  return plain({status,
                {},
                dump_json({{"error", {{"message", message}, {"type", "invalid_request_error"}}}})});
}

// Above what any server's own limit can be.
constexpr std::size_t kBodyBytesMax = std::size_t{1} << 26;

}  // namespace

Connection::Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<Hall> hall)
    : hall_(std::move(hall)), socket_(std::move(socket)), pause_(socket_.get_executor()) {
  ++hall_->connections;
  error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

Connection::~Connection() {
  if (working_) {
    --hall_->in_flight;
    if (delivery_.at_stake) hall_->desk.deserted(*delivery_.at_stake);
  }
  --hall_->connections;
  hall_->on_leave();
}

void Connection::serve() {
  parser_.emplace();
  parser_->body_limit(kBodyBytesMax);
  http::async_read(socket_, buffer_, *parser_,
                   [self = shared_from_this()](error_code error, std::size_t) {
                     if (!error) self->handle();
                   });
}

void Connection::handle() {
  const auto& request = parser_->get();
  keep_alive_ = request.keep_alive();
  const SystemClock clock;
  Arrival arrival;
  arrival.path = view(request.target());
  const std::size_t mark = arrival.path.find('?');
  if (mark != std::string_view::npos) arrival.query = arrival.path.substr(mark + 1);
  arrival.path = arrival.path.substr(0, mark);
  arrival.body = request.body();
  for (const auto& field : request)
    arrival.headers.emplace_back(lower(view(field.name_string())), view(field.value()));
  arrival.time = clock.now();
  arrival.moment = clock.moment();
  if (request.method() == http::verb::get) return get(arrival);
  if (request.method() == http::verb::post) return post(std::move(arrival));
  deliver(plain_error(405, "the simulator answers GET and POST"));
}

void Connection::get(const Arrival& arrival) {
  if (arrival.path == "/health") return deliver(plain({200, {}, R"({"status":"ok"})"}));
  if (arrival.path == "/ledger")
    return deliver(plain({200, {}, dump_json(hall_->desk.ledger().totals())}));
  std::optional<Delivery> list = hall_->desk.get(arrival);
  deliver(list ? std::move(*list)
               : plain_error(404, fmt::format("there is nothing at {}", arrival.path)));
}

void Connection::post(Arrival arrival) {
  working_ = true;
  arrival.in_flight = ++hall_->in_flight;
  std::optional<Delivery> delivery = hall_->desk.post(arrival);
  deliver(delivery ? std::move(*delivery)
                   : plain_error(404, fmt::format("Invalid URL (POST {})", arrival.path)));
}

std::string Connection::head() const {
  const Delivery& reply = delivery_;
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n", reply.status,
                                 reason(reply.status), reply.type);
  head += reply.streamed ? std::string("Transfer-Encoding: chunked\r\n")
                         : fmt::format("Content-Length: {}\r\n", reply.length);
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (!keep_alive_) head += "Connection: close\r\n";
  return head + "\r\n";
}

void Connection::deliver(Delivery delivery) {
  delivery_ = std::move(delivery);
  next_ = 0;
  if (delivery_.first_byte <= Duration::zero()) return begin();
  pause_.expires_after(delivery_.first_byte);
  pause_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->begin();
  });
}

void Connection::begin() {
  if (!delivery_.begins) return end();
  out_ = head();
  flow();
}

// Whether the client has closed its side: a write would succeed all the same, and reach nobody.
bool Connection::deserted() {
  char byte = 0;
  const ssize_t read = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return read == 0 || (read < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

void Connection::append_piece() {
  const std::string& piece = delivery_.pieces[next_++];
  if (!delivery_.streamed) {
    out_ += piece;
  } else if (!piece.empty()) {
    fmt::format_to(std::back_inserter(out_), "{:x}\r\n{}\r\n", piece.size(), piece);
  }
}

// Writes what is due, and goes on after the pause until all pieces are out, or nobody is there.
void Connection::flow() {
  if (deserted()) return;
  const std::size_t pieces = delivery_.pieces.size();
  do {
    if (next_ < pieces) append_piece();
  } while (next_ < pieces && delivery_.between == Duration::zero());
  const bool last = next_ >= pieces;
  if (last && delivery_.streamed && delivery_.ending == Ending::whole) out_ += "0\r\n\r\n";
  boost::asio::async_write(socket_, boost::asio::buffer(out_),
                           [self = shared_from_this(), last](error_code error, std::size_t) {
                             if (error) return;
                             self->out_.clear();
                             if (last) return self->end();
                             self->pause_.expires_after(self->delivery_.between);
                             self->pause_.async_wait([self](error_code cancelled) {
                               if (!cancelled) self->flow();
                             });
                           });
}

void Connection::end() {
  switch (delivery_.ending) {
    case Ending::whole:
      return answered();
    case Ending::closed:
      return;  // the last owner lets go, and the socket closes
    case Ending::held:
      return hold();
  }
}

void Connection::answered() {
  if (working_) --hall_->in_flight;
  working_ = false;
  delivery_ = {};
  out_ = {};
  if (keep_alive_) serve();
}

// Until the client gives up.
void Connection::hold() {
  socket_.async_wait(boost::asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](error_code) {});
}

}  // namespace docwright::providers::simulator
