// docwright: the command line to the daemon. Everything it can do is in this list.
#include <sys/prctl.h>

#include "client/cli/run.h"
#include "client/cli/verbs.h"

int main(int argc, char** argv) {
  using namespace docwright::cli;
  // Some verbs read keys, and all have the environment: no core dump.
  ::prctl(PR_SET_DUMPABLE, 0);
  const std::vector<Verb> verbs{
      submit_verb(),        status_verb(),        list_verb(),          result_verb(),
      export_verb(),        wait_verb(),          watch_verb(),         cancel_verb(),
      retry_verb(),         pause_verb(),         resume_verb(),        stats_verb(),
      ping_verb(),          report_verb(),        budget_list_verb(),   budget_set_verb(),
      budget_remove_verb(), pipeline_list_verb(), pipeline_lint_verb(), pipeline_explain_verb(),
      pipeline_try_verb(),  cache_show_verb(),    cache_clear_verb(),   trace_verb(),
      model_list_verb(),    model_show_verb(),    provider_list_verb(), provider_check_verb(),
      provider_use_verb(),  config_check_verb(),  config_show_verb(),   db_check_verb(),
      simulator_verb(),     version_verb(),
  };
  const std::vector<Group> groups{
      {"budget", "Ceilings: list, set, remove"},
      {"pipeline", "Pipelines: list, lint, explain, try"},
      {"model", "Models: list, show"},
      {"provider", "Providers: list, check, use"},
      {"cache", "Recorded answers: show, clear"},
      {"config", "Settings: check, show"},
      {"db", "The database: check"},
  };
  const auto environment = docwright::config::Environment::of_process();
  return run({argv + 1, argv + argc}, environment, verbs, groups);
}
