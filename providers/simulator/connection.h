// One client of the simulator: HTTP/1.1 with keep-alive, one request after the other.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>

#include "providers/simulator/desk.h"

namespace docwright::providers::simulator {

// What all connections of one server share. One thread.
struct Hall {
  Desk desk;
  std::size_t connections_max = 0;
  std::int64_t in_flight = 0;
  std::size_t connections = 0;
  std::function<void()> on_leave;  // a place has become free
};

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<Hall> hall);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void serve();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void handle();
  void get(const Arrival& arrival);
  void post(Arrival arrival);
  void deliver(Delivery delivery);
  void begin();
  void flow();
  void append_piece();
  void end();
  void hold();
  bool deserted();
  void answered();
  std::string head() const;

  const std::shared_ptr<Hall> hall_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer pause_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  Delivery delivery_;     // of the request in parser_
  std::size_t next_ = 0;  // of its pieces
  std::string out_;
  bool working_ = false;  // counted in flight
  bool keep_alive_ = false;
};

}  // namespace docwright::providers::simulator
