#include "providers/health.h"

#include <map>
#include <set>
#include <tuple>

#include "providers/forget_key.h"

namespace docwright::providers {
namespace {

// Azure lists the models that a resource could deploy, not its deployments.
bool lists_what_it_serves(const Provider& provider) {
  return provider.deployment_env.empty();
}

std::vector<std::string> missing_of(const Seat& seat, const std::vector<std::string>& listed) {
  std::vector<std::string> missing;
  if (!lists_what_it_serves(*seat.provider)) return missing;
  const std::set<std::string, std::less<>> known(listed.begin(), listed.end());
  for (const Model* model : seat.models) {
    if (!known.contains(model->api_name)) missing.push_back(model->name);
  }
  return missing;
}

}  // namespace

std::vector<Seat> seats_of(const Registry& providers, const Models& models,
                           const Credentials& credentials) {
  using Place = std::tuple<std::string, std::string, std::string>;  // provider, address, key
  std::map<Place, Seat> seats;
  const auto seat = [&](const Model* model, const Provider* provider, Result<Endpoint> endpoint) {
    Place place{provider->name, endpoint ? endpoint->base_url : std::string(),
                endpoint ? endpoint->key : std::string()};
    const auto [at, fresh] =
        seats.try_emplace(std::move(place), Seat{provider, std::move(endpoint), {}});
    at->second.models.push_back(model);
  };
  for (const Model* model : models.all()) {
    const Provider* provider = providers.find(model->provider);
    if (provider == nullptr || provider->codec == nullptr) continue;
    Result<std::vector<Endpoint>> endpoints = credentials.endpoints(*provider, *model);
    if (!endpoints) {
      seat(model, provider, std::unexpected(std::move(endpoints.error())));
      continue;
    }
    for (Endpoint& endpoint : *endpoints) seat(model, provider, std::move(endpoint));
  }
  std::vector<Seat> list;
  for (auto& [place, one] : seats) list.push_back(std::move(one));
  return list;
}

std::string key_text(const Seat& seat) {
  if (!seat.endpoint) return "none";
  if (seat.endpoint->key.empty()) return "not needed";
  return seat.endpoint->key_id.empty() ? "found" : seat.endpoint->key_id;
}

Task<Health> health_of(HttpClient& client, const Clock& clock, const Seat& seat, Moment deadline) {
  Health health;
  const Codec& codec = *seat.provider->codec;
  HttpRequest request = codec.list_models(*seat.endpoint, seat.models.front()->dialect);
  const Moment begin = clock.moment();
  CallResult<HttpResponse> response = co_await client.send(std::move(request), deadline);
  health.latency = clock.moment() - begin;
  if (!response) {
    health.error = response.error();
    co_return health;
  }
  forget_key(response->body, seat.endpoint->key);
  forget_key(response->headers, seat.endpoint->key);
  const CallResult<std::vector<std::string>> listed = codec.listed_models(*response);
  if (!listed) {
    health.error = listed.error();
    forget_key(*health.error, seat.endpoint->key);
    co_return health;
  }
  health.listed = listed->size();
  health.missing = missing_of(seat, *listed);
  co_return health;
}

}  // namespace docwright::providers
