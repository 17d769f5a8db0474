// What the limits of one quota group still allow: a bucket or a day's counter for each limit that
// is known, from the configuration or from the provider's answers.
#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "pipeline/call/demand.h"
#include "providers/wire/limit_headers.h"
#include "tokens/day_counter.h"
#include "tokens/rate_bucket.h"

namespace docwright::pipeline {

// One owner, one thread.
class Allowance final {
 public:
  struct Now {
    Moment moment;
    Time time;
  };
  // When there is room for a demand under every limit.
  struct Ready {
    Moment at;
    bool next_day = false;  // a day's limit is used up
  };

  // What was taken before counts: `past` is in the order of time.
  Allowance(const config::LimitSettings& settings, const providers::LimitRules& rules, Now now,
            std::span<const PastCalls> past = {});

  Ready ready(const Demand& demand, Now now) const;
  // How long the limits take to let so much in.
  Duration pace(const Demand& demand) const;

  // So many requests a minute, evenly spread, although nobody has said so; nothing: no longer.
  void suppose(std::optional<std::int64_t> requests_per_minute, Now now);

  // Whether anything that was said holds back within the minute.
  bool knows_a_minute() const;

  // A call goes out; it has ended, and has taken `used` of what was reserved for it.
  void reserve(const Demand& demand, Now now);
  void settle(const Demand& reserved, int requests, const Demand& used, Now now);

  // What a provider says goes before what was counted here where it is less, and makes limits known
  // that the configuration does not name. A balance is never raised.
  void heard(std::span<const providers::wire::LimitSaid> limits, Now now);

 private:
  using Limited = providers::wire::Limited;
  struct Bucket {
    Limited what;
    std::int64_t configured;  // 0: learned
    RateBucket bucket;
  };
  struct Day {
    Limited what;
    DayCounter counter;
  };

  RateBucket::Rate rate(std::int64_t amount, Duration period) const;
  void charge(std::int64_t requests, const Demand& demand, Now now);
  void lower(const providers::wire::LimitSaid& said, Now now);
  Bucket* find(const providers::wire::LimitSaid& said);
  Day* find_day(const providers::wire::LimitSaid& said);

  const Duration burst_;
  const bool charged_when_used_;
  std::vector<Bucket> buckets_;
  std::vector<Day> days_;
  std::optional<RateBucket> supposed_;
  std::int64_t output_in_flight_ = 0;  // reserved, not yet used
};

}  // namespace docwright::pipeline
