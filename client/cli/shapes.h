// How the daemon's answers look as tables: the columns that several verbs share.
#pragma once
#include <vector>

#include "client/cli/table.h"
#include "schemas/wire.h"

namespace docwright::cli {

std::vector<Column> job_columns();
std::vector<Column> document_columns();
std::vector<Column> summary_columns();

// A provider's address and one of its keys.
std::vector<Column> seat_columns();

// Right-aligned.
Column number_column(std::string key, std::string title);
Column money_column(std::string key, std::string title);

// Texts of one cell.
std::string money_cell(const Json& nusd);     // 0.14 USD
std::string number_cell(const Json& number);  // 1,234,567
std::string time_cell(const Json& time);      // 2030-01-02 03:04:05
std::string list_cell(const Json& list);      // gpt-5.4-mini, gpt-5.4-nano

// How many documents stand in for a model's, and what becomes of them; empty: none.
std::string fallbacks_sentence(const wire::Summary& summary);
// The default model, and who chose it.
std::string default_model_cell(const Json& default_model);

// The sum of what several selections report.
void add(wire::Summary& sum, const wire::Summary& more);

}  // namespace docwright::cli
