#include "daemon/provider_states.h"

#include <algorithm>

#include "providers/health.h"

namespace docwright::daemon {
namespace {

using providers::Model;
using providers::Seat;

// One trouble names every model that has it; a key that is refused concerns all, and names none.
void add(wire::ProviderView& view, wire::ProviderTrouble trouble, const Model& model) {
  const auto same = std::ranges::find_if(view.troubles, [&](const wire::ProviderTrouble& each) {
    return each.kind == trouble.kind && each.until == trouble.until &&
           each.detail == trouble.detail;
  });
  wire::ProviderTrouble& at =
      same == view.troubles.end() ? view.troubles.emplace_back(std::move(trouble)) : *same;
  if (at.kind != "key_refused") at.models.push_back(model.name);
}

void add_troubles(wire::ProviderView& view, const Model& model, const providers::Endpoint& endpoint,
                  pipeline::CallDesk& calls) {
  const pipeline::CallDesk::Standing standing = calls.standing(model, endpoint);
  if (standing.closed) {
    const bool refused = standing.closed->error_class == providers::ErrorClass::auth;
    add(view,
        {.kind = refused ? "key_refused" : "quota_used_up",
         .models = {},
         .until = standing.closed->until,
         .detail = standing.closed->message},
        model);
  }
  if (standing.left_alone) {
    add(view,
        {.kind = "left_alone",
         .models = {},
         .until = *standing.left_alone,
         .detail = "it has only failed of late"},
        model);
  }
}

wire::ProviderView view_of(const Seat& seat, const providers::Credentials& credentials,
                           pipeline::CallDesk& calls) {
  wire::ProviderView view{
      .provider = seat.provider->name,
      .base_url = seat.endpoint ? seat.endpoint->base_url : seat.provider->base_url,
      .key = providers::key_text(seat),
      .models = std::ssize(seat.models),
      .troubles = {}};
  if (!seat.endpoint) return view;
  for (const Model* model : seat.models) {
    // Its own: models of one seat may differ in their deployments.
    const auto endpoints = credentials.endpoints(*seat.provider, *model);
    if (!endpoints) continue;
    const auto own = std::ranges::find(*endpoints, seat.endpoint->key, &providers::Endpoint::key);
    if (own != endpoints->end()) add_troubles(view, *model, *own, calls);
  }
  return view;
}

wire::QuotaGroupView view_of(const pipeline::QuotaGroup& group) {
  const pipeline::QuotaGroup::State state = group.state();
  return {.provider = group.rules().provider_name,
          .name = group.rules().name,
          .calls = group.window().used(),
          .calls_max = group.window().size(),
          .waiting = static_cast<std::int64_t>(group.waiting()),
          .paused_until = state.paused_until,
          .detail = state.why};
}

}  // namespace

wire::ProviderReply provider_states(const Catalog& catalog,
                                    const providers::Credentials& credentials,
                                    pipeline::CallDesk& calls) {
  wire::ProviderReply reply;
  for (const Seat& seat : providers::seats_of(catalog.providers(), catalog.models(), credentials))
    reply.providers.push_back(view_of(seat, credentials, calls));
  for (const auto& [key, group] : calls.quota_groups())
    reply.quota_groups.push_back(view_of(*group));
  return reply;
}

}  // namespace docwright::daemon
