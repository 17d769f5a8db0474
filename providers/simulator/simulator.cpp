#include "providers/simulator/simulator.h"

#include <fmt/format.h>
#include <sys/resource.h>

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

std::vector<Spoken> spoken_by(const Server& server) {
  std::vector<Spoken> spoken = all_spoken();
  if (!server.provider.empty())
    std::erase_if(spoken, [&](const Spoken& one) { return one.provider != server.provider; });
  return spoken;
}

tcp::endpoint endpoint_of(const Server& server) {
  return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(server.port)};
}

// One server of the scenario: accepts as many connections as it may have.
class Entrance final {
 public:
  Entrance(const std::string& name, const Server& server, std::int64_t seed, const Models& models,
           Ledger& ledger, boost::asio::io_context& context)
      : address_{name, server.provider, 0},
        hall_(new Hall{Desk(name, server, seed, models, spoken_by(server), ledger),
                       server.connections_max, 0, 0, [this] { accept(); }}),
        acceptor_(context, endpoint_of(server)) {
    address_.port = acceptor_.local_endpoint().port();
    accept();
  }

  // Connections that the context still holds leave a hall without an entrance.
  ~Entrance() {
    hall_->on_leave = [] {};
  }
  Entrance(const Entrance&) = delete;
  Entrance& operator=(const Entrance&) = delete;

  const Simulator::Address& address() const { return address_; }

 private:
  void accept() {
    if (accepting_ || hall_->connections >= hall_->connections_max) return;
    accepting_ = true;
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      accepting_ = false;
      if (!error) std::make_shared<Connection>(std::move(socket), hall_)->serve();
      if (error != boost::asio::error::operation_aborted) accept();
    });
  }

  Simulator::Address address_;
  const std::shared_ptr<Hall> hall_;
  tcp::acceptor acceptor_;
  bool accepting_ = false;
};

// As many connections as the machine allows: their number is the scenario's to limit.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// As providers have it: with the path of the provider's own address.
std::string base_url(const Simulator::Address& address, const Registry& providers) {
  std::string path = "/v1";
  if (const Provider* provider = providers.find(address.provider)) {
    const std::string_view own = provider->base_url;
    const std::size_t host = own.find("://");
    const std::size_t slash = host == own.npos ? own.npos : own.find('/', host + 3);
    path = slash == own.npos ? "" : own.substr(slash);
  }
  return fmt::format("http://127.0.0.1:{}{}", address.port, path);
}

}  // namespace

struct Simulator::State {
  State(const Scenario& scenario, const Models& models)
      : ledger(scenario.ledger), signals(context) {
    for (const auto& [name, server] : scenario.servers) {
      try {
        entrances.push_back(
            std::make_unique<Entrance>(name, server, scenario.seed, models, ledger, context));
      } catch (const boost::system::system_error& error) {
        throw std::system_error(
            error.code().value(), std::system_category(),
            fmt::format("the server '{}' cannot listen on 127.0.0.1:{}", name, server.port));
      }
    }
  }

  Ledger ledger;
  boost::asio::io_context context{1};
  std::vector<std::unique_ptr<Entrance>> entrances;
  boost::asio::signal_set signals;
};

Simulator::Simulator(const Scenario& scenario, const Models& models)
    : state_(std::make_unique<State>(scenario, models)) {}

Simulator::~Simulator() = default;

std::vector<Simulator::Address> Simulator::addresses() const {
  std::vector<Address> addresses;
  for (const auto& entrance : state_->entrances) addresses.push_back(entrance->address());
  return addresses;
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

Result<void> run_simulator(const Scenario& scenario, const Registry& providers,
                           const Models& models) {
  try {
    raise_descriptor_limit();
    Simulator simulator(scenario, models);
    Json servers = Json::object();
    for (const Simulator::Address& address : simulator.addresses()) {
      servers[address.server] = {{"port", address.port},
                                 {"base_url", base_url(address, providers)}};
    }
    const Simulator::Address first = simulator.addresses().front();
    const Json said = {{"port", first.port},
                       {"base_url", base_url(first, providers)},
                       {"servers", std::move(servers)}};
    const std::string line = dump_json(said) + '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
    simulator.run(true);
    return {};
  } catch (const std::system_error& error) {
    return fail(Code::io, error.what());
  }
}

}  // namespace docwright::providers::simulator
