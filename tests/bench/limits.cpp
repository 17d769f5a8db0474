#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <vector>

#include "tests/bench/benches.h"
#include "tests/support/limit_world.h"

namespace docwright::bench {
namespace {

using providers::TokensCharged;
using test::LimitedProvider;
using test::LimitWorld;
using namespace std::chrono_literals;
using Charges = config::LimitSettings::Charges;

struct Case {
  std::string name;
  LimitWorld::Options options;
  int tenants = 1;
  int workers = 200;  // of the first tenant
  bool goal = true;   // what the goal speaks of: limits of a minute
};

// What the daemon expects at first is ten times what answers turn out to have.
std::vector<Case> cases(Duration time) {
  const config::LimitSettings told{.requests_per_minute = 600, .tokens_per_minute = 120'000};
  auto used = told;
  used.charges = Charges::used;
  auto requested = told;
  requested.tokens_per_minute = 600'000;
  requested.charges = Charges::requested;
  const LimitWorld::Options by_use{
      .limits = {.requests_per_minute = 600, .tokens_per_minute = 120'000}, .settings = used};
  auto longer = by_use;
  longer.lengths = {.longer = 3, .longer_from = time / 3};
  auto narrow = by_use;
  narrow.limits.span_seconds = 20;
  auto learned = by_use;
  learned.settings = {.charges = Charges::used};
  auto lowered = by_use;
  lowered.limits.lowered = 0.5;
  lowered.limits.lowered_from = time / 2;
  auto apart = by_use;
  apart.limits = {.requests_per_minute = 600,
                  .input_tokens_per_minute = 200'000,
                  .output_tokens_per_minute = 60'000};
  apart.settings = {.requests_per_minute = 600,
                    .input_tokens_per_minute = 200'000,
                    .output_tokens_per_minute = 60'000,
                    .charges = Charges::used};
  return {
      {"tokens_used", by_use},
      {"input_and_output_apart", apart},
      {"limit_halved_on_the_way", lowered},
      {"answers_grow_threefold", longer},
      {.name = "provider_looks_at_20_s", .options = narrow, .goal = false},
      {"limits_learned_from_headers", learned},
      {"tokens_requested",
       {.limits = {.requests_per_minute = 600,
                   .tokens_per_minute = 600'000,
                   .charged = TokensCharged::requested},
        .settings = requested}},
      {"requests_five_tenants",
       {.limits = {.requests_per_minute = 600, .tokens_per_minute = 10'000'000},
        .settings = {.requests_per_minute = 600}},
       5},
  };
}

// Servers that tell neither their limit nor when to ask again, and one that never refuses.
std::vector<Case> silent_cases() {
  std::vector<Case> cases;
  const auto add = [&](std::string name, LimitedProvider::Limits limits) {
    limits.says_so = limits.says_when = false;
    cases.push_back({.name = std::move(name),
                     .options = {.limits = limits},
                     .workers = std::max(200, 2 * limits.at_once),
                     .goal = false});
  };
  for (const int limit : {5, 60, 600}) {
    const double per_minute = limit;
    add(fmt::format("silent_{}_per_minute", limit), {.requests_per_minute = per_minute});
    add(fmt::format("silent_{}_per_whole_minute", limit),
        {.requests_per_minute = per_minute, .whole_minutes = true});
    add(fmt::format("silent_{}_at_once", limit), {.at_once = limit});
  }
  for (const int slots : {1, 4, 16})
    add(fmt::format("line_before_{}_slots", slots), {.slots = slots});
  return cases;
}

struct Worst {
  double use = 1, refused = 0, share = 1;
  double in_line = 0;  // of a call, over the work on it
};

// The first tenant has as many who ask as all others together.
Worst run(const Case& each, Duration time, unsigned seed) {
  LimitWorld::Options options = each.options;
  options.seed = seed;
  LimitWorld world(options);
  for (int i = 0; i < each.tenants; ++i)
    world.employ(fmt::format("tenant {}", i), i == 0 ? each.workers : 50, time);
  world.run();
  Worst worst{world.use(time), world.refused_share(), 1,
              world.counted().in_line / world.counted().busy};
  for (const auto& [tenant, calls] : world.counted().users)
    worst.share =
        std::min(worst.share, calls * each.tenants / static_cast<double>(world.counted().accepted));
  return worst;
}

}  // namespace

Json limits(double scale) {
  const int minutes = std::max(2, static_cast<int>(30 * std::min(scale, 1.0)));
  const int seeds = std::max(1, static_cast<int>(5 * std::min(scale, 1.0)));
  const Duration time = std::chrono::minutes(minutes);
  Json results = Json::object();
  Worst worst;
  std::vector<Case> all = cases(time);
  std::ranges::move(silent_cases(), std::back_inserter(all));
  for (const Case& each : all) {
    Worst of_case;
    for (int seed = 1; seed <= seeds; ++seed) {
      const Worst one = run(each, time, static_cast<unsigned>(seed));
      of_case.use = std::min(of_case.use, one.use);
      of_case.refused = std::max(of_case.refused, one.refused);
      of_case.share = std::min(of_case.share, one.share);
      of_case.in_line = std::max(of_case.in_line, one.in_line);
    }
    results[each.name] = {{"limit_used_percent", 100 * of_case.use},
                          {"refused_percent", 100 * of_case.refused}};
    if (each.tenants > 1)
      results[each.name]["smallest_share_percent_of_equal"] = 100 * of_case.share;
    if (each.options.limits.slots > 0)
      results[each.name]["wait_in_line_over_work"] = of_case.in_line;
    if (!each.goal) continue;
    worst.use = std::min(worst.use, of_case.use);
    worst.refused = std::max(worst.refused, of_case.refused);
  }
  return {{"limit_used_percent", 100 * worst.use},
          {"refused_percent", 100 * worst.refused},
          {"goal", ">= 99 % used, < 0.1 % refused"},
          {"virtual_minutes", minutes},
          {"seeds", seeds},
          {"cases", std::move(results)}};
}

}  // namespace docwright::bench
