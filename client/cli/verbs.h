// What the program can do: a function for each verb, grouped by the file that holds them. main.cpp
// lists them.
#pragma once
#include "client/cli/options.h"

namespace docwright::cli {

// submit.cpp
Verb submit_verb();
// status.cpp
Verb status_verb();
Verb list_verb();
Verb stats_verb();
Verb ping_verb();
// result.cpp
Verb result_verb();
Verb export_verb();
// follow.cpp
Verb wait_verb();
Verb watch_verb();
// control.cpp
Verb cancel_verb();
Verb retry_verb();
Verb pause_verb();
Verb resume_verb();
// pipeline.cpp
Verb pipeline_list_verb();
Verb pipeline_lint_verb();
Verb pipeline_explain_verb();
// try.cpp
Verb pipeline_try_verb();
// config.cpp
Verb config_check_verb();
Verb config_show_verb();
// models.cpp
Verb model_list_verb();
Verb model_show_verb();
// provider_list.cpp, provider_check.cpp, provider_use.cpp
Verb provider_list_verb();
Verb provider_check_verb();
Verb provider_use_verb();
// budget.cpp
Verb budget_list_verb();
Verb budget_set_verb();
Verb budget_remove_verb();
// trace.cpp
Verb trace_verb();
// cache.cpp
Verb cache_show_verb();
Verb cache_clear_verb();
// report.cpp
Verb report_verb();
Verb db_check_verb();
// simulator.cpp
Verb simulator_verb();
// version.cpp
Verb version_verb();

}  // namespace docwright::cli
