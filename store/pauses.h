// Pauses: no new call is granted and no new job is claimed, for everything or for one pipeline.
// They survive a restart.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace docwright::store {

struct Pause {
  std::string pipeline;  // empty: everything
  std::string reason;
  Time since{};
};

// Idempotent: the first reason and time stay. From the COMMIT on, intend() refuses and claim()
// passes by.
void pause(Database& database, std::string_view pipeline, std::string_view reason, Time now);
// Of everything: ends that pause only, not those of single pipelines. False: there was none. Then
// wake_waiting(db, "paused", ...).
bool resume(Database& database, std::string_view pipeline);
std::vector<Pause> pauses(Database& database);
// Everything or this pipeline is paused.
bool is_paused(Database& database, std::string_view pipeline);

}  // namespace docwright::store
