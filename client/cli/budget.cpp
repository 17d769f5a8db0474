// budget list, set, remove: the ceilings.
#include <fmt/format.h>

#include <memory>

#include "client/cli/session.h"
#include "client/cli/shapes.h"
#include "client/cli/verbs.h"

namespace docwright::cli {
namespace {

// What of a ceiling in tokens is used, and the ceiling.
std::string tokens_cell(const Json& budget) {
  std::int64_t used = 0;
  for (const char* key : {"settled_tokens", "unknown_tokens", "reserved_tokens"})
    used += budget.value(key, std::int64_t{0});
  const std::string text = number_cell(used);
  const Json& limit = member(budget, "limit_tokens");
  return limit.is_null() ? text : fmt::format("{} of {}", text, number_cell(limit));
}

std::vector<Column> budget_columns(Format format) {
  std::vector<Column> columns = {
      {.key = "scope", .title = "SCOPE"},      {.key = "window", .title = "WINDOW"},
      money_column("limit_nusd", "LIMIT"),     money_column("settled_nusd", "SETTLED"),
      money_column("unknown_nusd", "UNKNOWN"), money_column("reserved_nusd", "RESERVED")};
  if (format == Format::table) {
    columns.push_back({.key = {},
                       .title = "TOKENS",
                       .align = Column::Align::right,
                       .text = tokens_cell,
                       .of_row = true});
  } else {
    for (const char* key : {"limit_tokens", "settled_tokens", "unknown_tokens", "reserved_tokens"})
      columns.push_back({.key = key, .title = key});
  }
  columns.push_back({.key = "until", .title = "UNTIL", .text = time_cell});
  return columns;
}

Result<Exit> ask(Session& session, const wire::BudgetRequest& request) {
  const auto reply = session.ask(request);
  if (!reply) return std::unexpected(reply.error());
  write_rows(session.out(), session.format(), budget_columns(session.format()),
             wire::to_json(*reply)["budgets"]);
  if (reply->budgets.empty()) session.out().say("No budget is set: nothing limits what is spent.");
  return Exit::done;
}

struct BudgetArguments {
  wire::BudgetRequest request;
  std::int64_t tokens = -1;
  bool yes = false;
};

Result<Exit> set(Session& session, const BudgetArguments& arguments) {
  wire::BudgetRequest request = arguments.request;
  request.action = "set";
  if (arguments.tokens >= 0) request.tokens = arguments.tokens;
  if (request.limit.empty() && !request.tokens)
    return fail(Code::invalid_request, "say a LIMIT (2USD) or --tokens N");
  return ask(session, request);
}

Result<Exit> remove(Session& session, const BudgetArguments& arguments) {
  wire::BudgetRequest request = arguments.request;
  request.action = "remove";
  const auto sure =
      session.confirm(fmt::format("Remove the budget '{}' ({})? Nothing will limit what is spent.",
                                  request.scope, request.window),
                      arguments.yes);
  if (!sure) return std::unexpected(sure.error());
  return *sure ? ask(session, request) : Result<Exit>(Exit::refused);
}

void add_which(Options& options, wire::BudgetRequest& request) {
  options.text("--scope", "SCOPE", request.scope, "What it limits (all)");
  options.choice("--window", request.window, {"once", "day"},
                 "For good, or each calendar day in UTC (once)");
}

}  // namespace

Verb budget_list_verb() {
  return {"budget list", "Lists budgets and what is committed of them", [](Options&) -> Action {
            return [](Session& session) { return ask(session, wire::BudgetRequest{}); };
          }};
}

Verb budget_set_verb() {
  return {"budget set", "Sets a ceiling; a raised one wakes what waits for it",
          [](Options& options) -> Action {
            auto arguments = std::make_shared<BudgetArguments>();
            options.optional_positional("LIMIT", arguments->request.limit, "In money: 2USD");
            options.number("--tokens", "N", arguments->tokens, 0, wire::kTokensMax, "In tokens");
            add_which(options, arguments->request);
            return [arguments](Session& session) { return set(session, *arguments); };
          }};
}

Verb budget_remove_verb() {
  return {"budget remove", "Removes a ceiling", [](Options& options) -> Action {
            auto arguments = std::make_shared<BudgetArguments>();
            add_which(options, arguments->request);
            options.flag("-y,--yes", arguments->yes, "Do not ask");
            return [arguments](Session& session) { return remove(session, *arguments); };
          }};
}

}  // namespace docwright::cli
