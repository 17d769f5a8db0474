// provider check: whether the providers that a daemon would ask can be reached with their keys.
// Needs no daemon, and asks no model.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/asio/co_spawn.hpp>
#include <memory>

#include "client/cli/own_catalogue.h"
#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"
#include "providers/health.h"
#include "runtime/text.h"

namespace docwright::cli {
namespace {

using providers::Health;
using providers::Seat;

// Of one provider, from the connection to the last byte.
constexpr Duration kAnswerTimeMax = std::chrono::seconds(15);
constexpr std::size_t kMissingShown = 5;

struct ProviderArguments {
  std::string name;
  std::optional<std::string> config;
};

std::vector<Column> check_columns() {
  std::vector<Column> columns = seat_columns();
  columns.push_back({.key = "state", .title = "STATE"});
  columns.push_back({.key = "latency_ms", .title = "MS", .align = Column::Align::right});
  columns.push_back({.key = "detail", .title = "DETAIL", .cut = Column::Cut::end});
  return columns;
}

Json row_of(const Seat& seat) {
  return {{"provider", seat.provider->name},
          {"base_url", seat.endpoint ? seat.endpoint->base_url : seat.provider->base_url},
          {"key", providers::key_text(seat)},
          {"models", seat.models.size()}};
}

// Those of the named provider, or all.
Result<std::vector<Seat>> seats(const OwnCatalogue& catalogue, const std::string& name) {
  if (!name.empty() && catalogue.providers().find(name) == nullptr) {
    return fail(Code::not_found, fmt::format("there is no provider '{}'{}", name,
                                             did_you_mean(name, catalogue.providers().names())));
  }
  std::vector<Seat> found =
      providers::seats_of(catalogue.providers(), catalogue.models(), catalogue.credentials());
  if (!name.empty())
    std::erase_if(found, [&](const Seat& seat) { return seat.provider->name != name; });
  return found;
}

std::string missing_text(const std::vector<std::string>& missing) {
  if (missing.empty()) return {};
  const std::size_t shown = std::min(missing.size(), kMissingShown);
  return fmt::format(
      "not on its list: {}{}",
      fmt::join(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      shown < missing.size() ? fmt::format(" and {} more", missing.size() - shown) : "");
}

Json row_of(const Seat& seat, const Health& health) {
  Json row = row_of(seat);
  row["latency_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(health.latency).count();
  if (health.error) {
    row["state"] = providers::name(health.error->error_class);
    row["status"] = health.error->status;
    row["detail"] = health.error->message;
    return row;
  }
  row["state"] = "ok";
  row["listed"] = health.listed;
  row["missing"] = health.missing;
  row["detail"] = missing_text(health.missing);
  return row;
}

// One after the other: their times are to be compared. The first that fails decides nothing but
// the exit code.
Task<void> check_all(Loop& loop, providers::HttpClient& client, const std::vector<Seat>& seats,
                     RowWriter& rows, bool& good) {
  for (const Seat& seat : seats) {
    if (!seat.endpoint) {
      Json row = row_of(seat);
      row["state"] = name(seat.endpoint.error().code);
      row["detail"] = seat.endpoint.error().message;
      rows.add(std::move(row));
      continue;
    }
    const Moment deadline = loop.clock().moment() + kAnswerTimeMax;
    const Health health = co_await providers::health_of(client, loop.clock(), seat, deadline);
    good = good && !health.error;
    rows.add(row_of(seat, health));
  }
}

Result<Exit> check(Session& session, const ProviderArguments& arguments) {
  const auto catalogue = OwnCatalogue::load(session, arguments.config);
  if (!catalogue) return std::unexpected(catalogue.error());
  const auto found = seats(**catalogue, arguments.name);
  if (!found) return std::unexpected(found.error());
  const auto asked = [](const Seat& seat) { return seat.endpoint.has_value(); };
  // A provider that is named is meant to be asked; of all others those that can be.
  bool good = arguments.name.empty() || std::ranges::any_of(*found, asked);

  SystemClock clock;
  Loop loop(clock);
  const config::HttpSettings& http = (*catalogue)->settings().http;
  providers::HttpOptions options;
  options.limits.total = kAnswerTimeMax;
  options.proxy = http.proxy;
  options.ca_file = http.ca_file;
  providers::HttpClient client(loop, std::move(options));
  RowWriter rows(session.out(), session.format(), check_columns());
  boost::asio::co_spawn(loop.executor(), check_all(loop, client, *found, rows, good),
                        [&loop](std::exception_ptr failure) {
                          loop.stop();
                          if (failure) std::rethrow_exception(failure);
                        });
  loop.run();
  rows.end();
  return good ? Exit::done : Exit::failed;
}

}  // namespace

Verb provider_check_verb() {
  return {"provider check",
          "Asks each provider for its list of models, which costs nothing: is the key good?",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<ProviderArguments>();
            options.optional_positional("NAME", arguments->name, "One provider; default: all");
            options.text("--config", "FILE", arguments->config,
                         "Instead of the daemon's docwright.yaml");
            return [arguments](Session& session) { return check(session, *arguments); };
          }};
}

}  // namespace docwright::cli
