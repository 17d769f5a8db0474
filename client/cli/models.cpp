// model list: what the daemon can ask.
#include <fmt/format.h>

#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"

namespace docwright::cli {
namespace {

std::vector<Column> model_columns() {
  const auto price = [](const Json& model, const char* key) {
    return member(model, "priced") == true ? money_cell(member(model, key)) : "unknown";
  };
  return {{.key = "name", .title = "MODEL"},
          {.key = "provider", .title = "PROVIDER"},
          {.key = "window_tokens",
           .title = "WINDOW",
           .align = Column::Align::right,
           .text = number_cell},
          {.key = "output_tokens_max",
           .title = "ANSWER",
           .align = Column::Align::right,
           .text = number_cell},
          {.key = "input_usd_per_mtok",
           .title = "IN/1M",
           .align = Column::Align::right,
           .text = [price](const Json& model) { return price(model, "input_nusd_per_mtok"); },
           .of_row = true},
          {.key = "output_usd_per_mtok",
           .title = "OUT/1M",
           .align = Column::Align::right,
           .text = [price](const Json& model) { return price(model, "output_nusd_per_mtok"); },
           .of_row = true},
          {.key = "credentials", .title = "KEY"}};
}

Result<Exit> list(Session& session) {
  const auto client = session.daemon();
  if (!client) return std::unexpected(client.error());
  const auto reply = (*client)->ask(wire::ModelsRequest{});
  if (!reply) return std::unexpected(reply.error());
  write_rows(session.out(), session.format(), model_columns(), wire::to_json(*reply)["models"]);
  return Exit::done;
}

}  // namespace

Verb model_list_verb() {
  return {"model list", "Lists the models that the daemon knows, with limits and prices",
          [](Options&) -> Action { return list; }};
}

}  // namespace docwright::cli
