// model list: the models that the daemon can ask. model show: all that is known of one; needs no
// daemon.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "client/cli/own_catalogue.h"
#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"
#include "runtime/text.h"

namespace docwright::cli {
namespace {

// When, and what to name instead; one of the two may not be known.
std::string retirement_cell(const Json& model) {
  const std::string time = plain_text(member(model, "retires"));
  const bool over = !time.empty() && time <= to_rfc3339(SystemClock().now());
  const std::string day = (over ? "retired " : "") + time.substr(0, 10);
  const std::string other = plain_text(member(model, "replaced_by"));
  return day + (other.empty() ? "" : (day.empty() ? "use " : ", use ") + other);
}

std::vector<Column> model_columns() {
  const auto price = [](const Json& model, const char* key) {
    return member(model, "priced") == true ? money_cell(member(model, key)) : "unknown";
  };
  return {{.key = "name", .title = "MODEL"},
          {.key = "provider", .title = "PROVIDER"},
          number_column("window_tokens", "WINDOW"),
          number_column("output_tokens_max", "ANSWER"),
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
          {.key = "credentials", .title = "KEY"},
          {.key = "retires", .title = "RETIRES", .text = retirement_cell, .of_row = true},
          {.key = "routes", .title = "ROUTES", .cut = Column::Cut::end, .text = list_cell}};
}

std::vector<Column> route_columns() {
  return {{.key = "name", .title = "ROUTE"},
          {.key = "order", .title = "ORDER"},
          {.key = "targets", .title = "TARGETS", .cut = Column::Cut::end, .text = list_cell}};
}

Result<Exit> list(Session& session) {
  const auto reply = session.ask(wire::ModelsRequest{});
  if (!reply) return std::unexpected(reply.error());
  Output& out = session.out();
  const Json json = wire::to_json(*reply);
  write_rows(out, session.format(), model_columns(), json["models"]);
  if (session.format() == Format::table && !reply->routes.empty()) {
    out.data("\n");
    write_rows(out, Format::table, route_columns(), json["routes"]);
  }
  out.say(fmt::format("The default model is {}.", default_model_cell(json["default_model"])));
  for (const std::string& warning : reply->warnings) out.insist(warning);
  return Exit::done;
}

struct ShowArguments {
  std::string name;
  std::optional<std::string> config;
};

// Those in force, an amount for each million tokens; what is billed as something else has no line.
Json prices_of(const Prices& prices) {
  Json shown = Json::object();
  const auto add = [&](const char* key, Nusd amount) { shown[key] = money_text(amount); };
  add("input", prices.input);
  add("input_cached", prices.input_cached);
  if (prices.input_cache_write > 0) add("input_cache_write", prices.input_cache_write);
  if (prices.input_cache_write_1h > 0) add("input_cache_write_1h", prices.input_cache_write_1h);
  add("output", prices.output);
  if (prices.long_context_over_tokens > 0) {
    shown["long_context"] = {{"over_tokens", prices.long_context_over_tokens},
                             {"input_percent", prices.long_context_input_percent},
                             {"output_percent", prices.long_context_output_percent}};
  }
  if (prices.batch_percent < 100) shown["batch_percent"] = prices.batch_percent;
  return shown;
}

// The options of its entry, with what follows from them: the name that is sent, the prices of now.
Json described(const providers::Model& model, std::string_view credentials, Time now) {
  Json shown = {{"name", model.name}, {"credentials", credentials}};
  for (const auto& [option, value] : model.entry.items()) shown[option] = value;
  shown["api_name"] = model.api_name;
  const Json as_of = member(model.entry, "prices.as_of");
  const Prices* prices = model.prices_at(now);
  shown["prices"] = prices == nullptr ? Json() : prices_of(*prices);
  if (prices != nullptr && as_of != "") shown["prices"]["as_of"] = as_of;
  return shown;
}

// A line for each value; of lists and mappings one in all. What is not said has none.
void add_columns(std::vector<Column>& columns, const Json& object, const std::string& prefix) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object() && (prefix + key == "prices" || prefix + key == "prices.long_context")) {
      add_columns(columns, value, prefix + key + ".");
    } else if (!value.empty() && value != "") {
      columns.push_back({.key = prefix + key, .title = prefix + key});
    }
  }
}

Error is_a_route(const pipeline::Route& route) {
  std::vector<std::string_view> models;
  for (const pipeline::Target& target : route.targets) models.push_back(target.model);
  return {Code::unknown_model,
          fmt::format("'{}' is a route, not a model: name one of its targets, {}", route.name,
                      fmt::join(models, ", "))};
}

Result<Exit> show(Session& session, const ShowArguments& arguments) {
  const auto catalogue = OwnCatalogue::load(session, arguments.config);
  if (!catalogue) return std::unexpected(catalogue.error());
  const auto model = (*catalogue)->models().get(arguments.name);
  if (!model) {
    const pipeline::Route* route = (*catalogue)->routes().find(arguments.name);
    return std::unexpected(route == nullptr ? model.error() : is_a_route(*route));
  }
  const providers::Provider* provider = (*catalogue)->providers().find((*model)->provider);
  const Time now = SystemClock().now();
  const Json shown = described(**model, (*catalogue)->credentials().state(*provider, **model), now);
  std::vector<Column> columns;
  add_columns(columns, shown, "");
  write_object(session.out(), session.format(), columns, shown);
  if ((*model)->retires) session.out().insist((*model)->retirement(now));
  if (const auto usable = (*catalogue)->models().usable(arguments.name, now);
      !usable && usable.error().code == Code::configuration)
    session.out().insist(usable.error().message);
  return Exit::done;
}

}  // namespace

Verb model_list_verb() {
  return {"model list", "Lists the models that the daemon knows, with limits and prices",
          [](Options&) -> Action { return list; }};
}

Verb model_show_verb() {
  return {"model show", "Shows a model: limits, prices of today, and what it takes and refuses",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<ShowArguments>();
            options.positional("NAME", arguments->name, "As model list names it, or an alias");
            options.text("--config", "FILE", arguments->config,
                         "Instead of the daemon's docwright.yaml");
            return [arguments](Session& session) { return show(session, *arguments); };
          }};
}

}  // namespace docwright::cli
