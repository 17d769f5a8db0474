// A far provider that means its limits: so many requests and tokens in a minute, a bucket for each,
// or so many calls at once, 429 for what does not fit; or so many slots, and a line before them. It
// counts in its own way, so that whoever keeps within its limits has not only agreed with himself.
// In virtual time, on the end of a ScriptedProvider.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>

#include "providers/limit_rules.h"
#include "tests/support/scripted_provider.h"

namespace docwright::test {

class LimitedProvider final {
 public:
  struct Limits {
    double requests_per_minute = 0, tokens_per_minute = 0;
    double input_tokens_per_minute = 0, output_tokens_per_minute = 0;  // charged as used; not told
    double lowered = 1;                                                // to so much of each
    Duration lowered_from = Duration::max();
    double span_seconds = 60;  // that it looks at: its buckets hold so much time's worth
    providers::TokensCharged charged = providers::TokensCharged::used;
    bool whole_minutes = false;  // it counts requests in minutes of its clock, not in a bucket
    int at_once = 0;             // more are refused
    int slots = 0;               // more wait in a line of its own
    bool says_so = true;         // in its headers
    bool says_when = true;       // with its refusals
  };
  // How long answers are: most are short, one in five is long. From `longer_from` on, all are
  // `longer` times as long.
  struct Lengths {
    double usual = 400;
    double longer = 1;
    Duration longer_from = Duration::max();
  };
  struct Counted {
    int accepted = 0, refused = 0;
    double tokens = 0;                 // charged
    double input = 0, output = 0;      // used
    double busy = 0, in_line = 0;      // seconds, of all calls
    std::map<std::string, int> users;  // accepted, by the question's field `user`
  };

  LimitedProvider(Loop& loop, ScriptedProvider& scripted, Limits limits, Lengths lengths,
                  unsigned seed)
      : loop_(loop),
        scripted_(scripted),
        limits_(limits),
        lengths_(lengths),
        begin_(loop.clock().moment()),
        random_(seed),
        requests_{limits.requests_per_minute / 60, limits.span_seconds},
        tokens_{limits.tokens_per_minute / 60, limits.span_seconds},
        input_{limits.input_tokens_per_minute / 60, limits.span_seconds},
        output_{limits.output_tokens_per_minute / 60, limits.span_seconds} {
    scripted_.script = [this](const HttpRequest& request, int) { return answer(request); };
  }

  // What comes later is answered, and not counted.
  void count_until(Moment end) { end_ = seconds(end); }

  const Counted& counted() const { return counted_; }

 private:
  // Fills with time; what is charged when an answer has been written is charged then.
  struct Bucket {
    double rate, span;
    double level = rate * span;
    double at = 0;
    std::multimap<double, double> due = {};

    void fill(double to) {
      level = std::min(rate * span, level + rate * (to - at));
      at = to;
    }
    void advance(double now) {
      while (!due.empty() && due.begin()->first <= now) {
        fill(due.begin()->first);
        take(due.begin()->second);
        due.erase(due.begin());
      }
      fill(now);
    }
    void take(double amount) { level -= amount; }
    bool limited() const { return rate > 0; }
    double wait(double amount) const {
      return limited() ? std::max(0.0, (amount - level) / rate) : 0;
    }
  };

  double seconds(Moment moment) const {
    return std::chrono::duration<double>(moment - begin_).count();
  }

  double draw_length() {
    const bool lengthy = std::uniform_int_distribution(0, 4)(random_) == 0;
    double length = lengths_.usual * (lengthy ? 4 : 1) *
                    std::lognormal_distribution<double>(-0.125, 0.5)(random_);
    if (loop_.clock().moment() - begin_ >= lengths_.longer_from) length *= lengths_.longer;
    return std::max(1.0, std::round(length));
  }

  void advance(double now) {
    const double lowering = std::chrono::duration<double>(limits_.lowered_from).count();
    const bool lower = !lowered_ && now >= lowering;
    for (Bucket* bucket : {&requests_, &tokens_, &input_, &output_}) {
      if (lower) {
        bucket->advance(lowering);
        bucket->rate *= limits_.lowered;
      }
      bucket->advance(now);
    }
    lowered_ = lowered_ || lower;
  }

  int at_work(double now) {
    ends_.erase(ends_.begin(), ends_.upper_bound(now));
    return static_cast<int>(ends_.size());
  }
  // Until all but one fewer than there are slots have ended: first come, first served.
  double wait_for_slot(double now) {
    if (limits_.slots == 0 || at_work(now) < limits_.slots) return 0;
    return *std::next(ends_.rbegin(), limits_.slots - 1) - now;
  }
  double wait_for_minute(double now) {
    if (minute_ != std::floor(now / 60)) in_minute_ = 0;
    minute_ = std::floor(now / 60);
    return in_minute_ < limits_.requests_per_minute ? 0 : 60 * (minute_ + 1) - now;
  }

  CallResult<HttpResponse> answer(const HttpRequest& request) {
    using providers::TokensCharged;
    const Json body = parse_json(request.body).value();
    const double most = body.value("max_tokens", 0.0);
    double input = 0;
    for (const Json& message : body["messages"])
      input += std::ceil(static_cast<double>(message["content"].get<std::string>().size()) / 4);
    const double output = std::min(most, draw_length());
    const double charge = limits_.charged == TokensCharged::used        ? input
                          : limits_.charged == TokensCharged::requested ? input + most
                                                                        : std::max(input, most);
    const double now = seconds(loop_.clock().moment());
    const bool counts = now <= end_;
    advance(now);
    scripted_.latency = std::chrono::milliseconds(60);
    const double wait = std::max({limits_.whole_minutes ? wait_for_minute(now) : requests_.wait(1),
                                  tokens_.wait(charge), input_.wait(input), output_.wait(0)});
    if (wait > 0 || (limits_.at_once > 0 && at_work(now) >= limits_.at_once)) {
      counted_.refused += counts ? 1 : 0;
      return http_error(429, "rate_limit_exceeded", "slow down",
                        headers(limits_.says_when ? fmt::format("{:.3f}", wait) : ""));
    }
    requests_.take(1);
    ++in_minute_;
    tokens_.take(charge);
    input_.take(input);
    if (counts) {
      ++counted_.accepted;
      ++counted_.users[body.value("user", "")];
      counted_.tokens += charge;
      counted_.input += input;
    }
    // The network is not equally fast all the time.
    const double line = wait_for_slot(now);
    const double work = 0.5 + output * 0.01 + std::exponential_distribution<double>(10)(random_);
    scripted_.latency = Duration(static_cast<Duration::rep>((line + work) * 1e6));
    const double time = std::chrono::duration<double>(scripted_.latency).count();
    ends_.insert(now + time);
    counted_.busy += std::clamp(end_ - (now + line), 0.0, work);
    counted_.in_line += counts ? line : 0;
    output_.due.emplace(now + time, output);
    if (now + time <= end_) counted_.output += output;
    if (limits_.charged == TokensCharged::used) {
      tokens_.due.emplace(now + time, output);
      if (now + time <= end_) counted_.tokens += output;
    }
    HttpResponse response = chat_completion("{}");
    Json answer = parse_json(response.body).value();
    answer["usage"] = {{"prompt_tokens", input}, {"completion_tokens", output}};
    response.body = dump_json(answer);
    for (auto& header : headers({})) response.headers.push_back(std::move(header));
    return response;
  }

  providers::Headers headers(const std::string& retry_after) const {
    providers::Headers headers;
    if (!retry_after.empty()) headers.emplace_back("retry-after", retry_after);
    if (!limits_.says_so) return headers;
    const auto say = [&](const std::string& what, const Bucket& bucket) {
      if (!bucket.limited()) return;
      headers.emplace_back("x-ratelimit-limit-" + what,
                           fmt::format("{}", std::llround(bucket.rate * 60)));
      headers.emplace_back("x-ratelimit-remaining-" + what,
                           fmt::format("{}", std::llround(std::max(0.0, bucket.level))));
    };
    say("requests", requests_);
    say("tokens", tokens_);
    return headers;
  }

  Loop& loop_;
  ScriptedProvider& scripted_;
  const Limits limits_;
  const Lengths lengths_;
  const Moment begin_;
  double end_ = std::numeric_limits<double>::infinity();
  std::mt19937 random_;
  Bucket requests_, tokens_, input_, output_;
  std::multiset<double> ends_;  // of what it works on, and of what waits in its line
  double minute_ = 0, in_minute_ = 0;
  bool lowered_ = false;
  Counted counted_;
};

}  // namespace docwright::test
