// Whether a provider would answer, without asking it a question: its list of models costs nothing.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "providers/credentials.h"
#include "providers/http_client.h"
#include "providers/models.h"
#include "runtime/loop.h"

namespace docwright::providers {

// One address with one key, and the models that are asked there.
struct Seat {
  const Provider* provider = nullptr;
  Result<Endpoint> endpoint;  // no_credentials: there is nothing to ask with
  std::vector<const Model*> models;
};
// Of every provider but those that answer by themselves: by provider, one for each address and key
// that its models have. A provider without models is left out.
std::vector<Seat> seats_of(const Registry& providers, const Models& models,
                           const Credentials& credentials);

// What may be shown of its key: the id, by which it is told from others; "found", "none", "not
// needed".
std::string key_text(const Seat& seat);

struct Health {
  std::optional<CallError> error;    // absent: the key is good
  Duration latency{};                // of the whole exchange
  std::size_t listed = 0;            // models that the provider names
  std::vector<std::string> missing;  // of the seat's, as docwright names them; none are known where
                                     // the list is not of what one can ask (Azure's deployments)
};
// Never a paid call: one GET, which ends by the deadline. Precondition: the seat has an endpoint.
// Everything outlives the task. Loop thread only.
Task<Health> health_of(HttpClient& client, const Clock& clock, const Seat& seat, Moment deadline);

}  // namespace docwright::providers
