// provider list: the providers, where each is, with which key, and what is wrong with it now.
#include <fmt/format.h>

#include <memory>

#include "client/cli/own_catalogue.h"
#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"
#include "providers/health.h"
#include "runtime/text.h"

namespace docwright::cli {
namespace {

using providers::Seat;

struct ListArguments {
  std::string name;
  std::optional<std::string> config;
};

// What the daemon says of one address and key; empty: nothing is wrong.
std::string trouble_text(const Json& trouble) {
  const std::string kind = plain_text(member(trouble, "kind"));
  const std::string until = time_cell(member(trouble, "until"));
  const std::string models = list_cell(member(trouble, "models"));
  if (kind == "key_refused") return "key refused until " + until;
  if (kind == "quota_used_up") return fmt::format("quota of {} used up until {}", models, until);
  if (kind == "left_alone")
    return fmt::format("{} only failed: left alone until {}", models, until);
  return fmt::format("{} until {}", kind, until);
}

std::string state_cell(const Json& provider) {
  std::string text;
  for (const Json& trouble : member(provider, "troubles"))
    text += (text.empty() ? "" : "; ") + trouble_text(trouble);
  return text;
}

std::vector<Column> list_columns() {
  std::vector<Column> columns = seat_columns();
  columns.push_back({.key = "state", .title = "STATE", .text = state_cell, .of_row = true});
  return columns;
}

std::vector<Column> group_columns() {
  return {{.key = "name", .title = "QUOTA GROUP"},
          {.key = "provider", .title = "PROVIDER"},
          number_column("calls", "CALLS"),
          number_column("calls_max", "AT MOST"),
          number_column("waiting", "IN LINE"),
          {.key = "paused_until", .title = "PAUSED UNTIL", .text = time_cell},
          {.key = "detail", .title = "DETAIL", .cut = Column::Cut::end}};
}

// What a daemon that is started here would see.
Result<wire::ProviderReply> own_list(const Session& session, const ListArguments& arguments) {
  const auto catalogue = OwnCatalogue::load(session, arguments.config);
  if (!catalogue) return std::unexpected(catalogue.error());
  wire::ProviderReply list;
  list.default_model.name = list.default_model.configured = (*catalogue)->settings().model;
  for (const Seat& seat : providers::seats_of((*catalogue)->providers(), (*catalogue)->models(),
                                              (*catalogue)->credentials())) {
    list.providers.push_back(
        {.provider = seat.provider->name,
         .base_url = seat.endpoint ? seat.endpoint->base_url : seat.provider->base_url,
         .key = providers::key_text(seat),
         .models = std::ssize(seat.models),
         .troubles = {}});
  }
  return list;
}

// The daemon's, where one answers: it knows how they stand.
Result<wire::ProviderReply> list_of(Session& session, const ListArguments& arguments) {
  if (arguments.config) return own_list(session, arguments);
  const auto client = session.daemon();
  if (client) return session.ask(wire::ProviderRequest{});
  if (client.error().code != Code::unavailable) return std::unexpected(client.error());
  session.out().say("No daemon answers: this is what one that is started here would see.");
  return own_list(session, arguments);
}

Result<void> keep_only(const std::string& name, wire::ProviderReply& list) {
  const providers::Registry known = providers::all_providers();
  if (known.find(name) == nullptr) {
    return fail(Code::not_found, fmt::format("there is no provider '{}'{}", name,
                                             did_you_mean(name, known.names())));
  }
  std::erase_if(list.providers, [&](const auto& each) { return each.provider != name; });
  std::erase_if(list.quota_groups, [&](const auto& each) { return each.provider != name; });
  return {};
}

Result<Exit> list(Session& session, const ListArguments& arguments) {
  auto found = list_of(session, arguments);
  if (!found) return std::unexpected(found.error());
  if (!arguments.name.empty()) {
    if (auto kept = keep_only(arguments.name, *found); !kept) return std::unexpected(kept.error());
  }
  Output& out = session.out();
  const Json json = wire::to_json(*found);
  if (session.format() == Format::json) {
    write_object(out, Format::json, {}, json);
    return Exit::done;
  }
  write_rows(out, session.format(), list_columns(), json["providers"]);
  if (session.format() == Format::table && !found->quota_groups.empty()) {
    out.data("\n");
    write_rows(out, Format::table, group_columns(), json["quota_groups"]);
  }
  out.say(fmt::format("The default model is {}.", default_model_cell(json["default_model"])));
  return Exit::done;
}

}  // namespace

Verb provider_list_verb() {
  return {"provider list", "Lists the providers: where each is, its keys, and how it stands",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<ListArguments>();
            options.optional_positional("NAME", arguments->name, "One provider; default: all");
            options.text("--config", "FILE", arguments->config,
                         "What this docwright.yaml says; no daemon is asked");
            return [arguments](Session& session) { return list(session, *arguments); };
          }};
}

}  // namespace docwright::cli
