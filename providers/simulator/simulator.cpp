#include "providers/simulator/simulator.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "providers/simulator/connection.h"

namespace docwright::providers::simulator {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

}  // namespace

struct Simulator::State {
  State(Options options, const Models& models)
      : hall{Desk(options, models, all_spoken()), options, 0, 0, [this] { accept(); }},
        acceptor(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), options.port)),
        signals(context) {
    accept();
  }

  void accept() {
    if (accepting || stopping || hall.connections >= hall.options.connections_max) return;
    accepting = true;
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      accepting = false;
      if (!error) std::make_shared<Connection>(std::move(socket), hall)->serve();
      if (error != boost::asio::error::operation_aborted) accept();
    });
  }

  Hall hall;
  boost::asio::io_context context{1};  // after hall: its end lets go of the connections
  tcp::acceptor acceptor;
  boost::asio::signal_set signals;
  bool accepting = false;
  bool stopping = false;
};

Simulator::Simulator(Options options, const Models& models) {
  try {
    state_ = std::make_unique<State>(std::move(options), models);
  } catch (const boost::system::system_error& error) {
    throw std::system_error(error.code().value(), std::system_category(),
                            "the simulator cannot listen");
  }
}

Simulator::~Simulator() {
  state_->stopping = true;
}

std::uint16_t Simulator::port() const {
  return state_->acceptor.local_endpoint().port();
}

void Simulator::run(bool signals) {
  if (signals) {
    state_->signals.add(SIGINT);
    state_->signals.add(SIGTERM);
    state_->signals.async_wait([this](error_code error, int) {
      if (!error) stop();
    });
  }
  state_->context.run();
}

void Simulator::stop() {
  state_->context.stop();
}

Result<void> run_simulator(Options options, const Models& models) {
  try {
    Simulator simulator(std::move(options), models);
    const std::string line = fmt::format(
        "{{\"port\":{0},\"base_url\":\"http://127.0.0.1:{0}/v1\"}}\n", simulator.port());
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
    simulator.run(true);
    return {};
  } catch (const std::system_error& error) {
    return fail(Code::io, error.what());
  }
}

}  // namespace docwright::providers::simulator
