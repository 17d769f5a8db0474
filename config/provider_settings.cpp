#include "config/provider_settings.h"

#include "runtime/characters.h"

namespace docwright::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A key in a plain header would be shown by `config show`.
std::string headers_rule(const std::map<std::string, std::string>& headers) {
  for (const auto& [name, value] : headers) {
    const std::string lower_name = lower(name);
    for (const char* part : {"authorization", "key", "token", "secret", "cookie"}) {
      if (!lower_name.contains(part)) continue;
      return "the header '" + name +
             "' looks like a secret, which does not stand in the configuration itself: use 'key'";
    }
    if (value.find_first_of("\r\n") != std::string::npos)
      return "the header '" + name + "' has a line break";
  }
  return {};
}

}  // namespace

const Spec<HttpSettings>& http_spec() {
  using S = HttpSettings;
  static const Spec<S> spec(
      "The connections to providers.",
      {
          option("connect_time_max", &S::connect_time_max)
              .range(milliseconds(100), minutes(5))
              .about("Until a connection stands."),
          option("first_byte_time_max", &S::first_byte_time_max)
              .range(seconds(1), hours(1))
              .about("From the end of sending to the first byte of the answer's body."),
          option("idle_time_max", &S::idle_time_max)
              .range(seconds(1), hours(1))
              .about("Between two bytes of the answer."),
          option("total_time_max", &S::total_time_max)
              .range(seconds(1), hours(2))
              .about("For the whole exchange, once it has a connection."),
          option("connections_per_host", &S::connections_per_host)
              .range(1, 10'000)
              .unit("connections")
              .about("At the same time; further calls wait."),
          option("response_bytes_max", &S::response_bytes_max)
              .bytes()
              .range(65'536, double{1 << 30})
              .about("Largest answer."),
          option("proxy", &S::proxy)
              .url()
              .about("Proxy for all calls; default: http_proxy, https_proxy and no_proxy of the "
                     "environment."),
          option("ca_file", &S::ca_file)
              .about("Certificates to trust, as PEM; default: the system's."),
      });
  return spec;
}

const Spec<ProviderSettings>& provider_spec() {
  using S = ProviderSettings;
  static const Spec<S> spec(
      "Providers by name: where they are, and with which key.",
      {
          option("base_url", &S::base_url)
              .url()
              .about("Where its API is; default: the environment's (OPENAI_BASE_URL, ...), else "
                     "the provider's own."),
          option("key", &S::key)
              .about("Its key; default: the environment's (OPENAI_API_KEY, ...)."),
          option("keys", &S::keys)
              .about("Further keys: each question takes the next one, and one that is refused or "
                     "used up is passed over."),
          option("headers", &S::headers)
              .check(headers_rule)
              .about("Further headers of each request; no secrets."),
      });
  return spec;
}

const Spec<LimitSettings>& limit_spec() {
  using S = LimitSettings;
  using enum S::Charges;
  constexpr double kMost = 1e12;
  static const Spec<S> spec(
      "What a provider lets you send, by quota group (the models' option quota_group) or provider; "
      "a provider's limits hold for each of its models.",
      {
          option("requests_per_minute", &S::requests_per_minute)
              .range(0, kMost)
              .unit("requests")
              .about("0: as the provider's answers say, if they do. So for the others."),
          option("tokens_per_minute", &S::tokens_per_minute)
              .range(0, kMost)
              .unit("tokens")
              .about("Of prompts and answers together."),
          option("input_tokens_per_minute", &S::input_tokens_per_minute)
              .range(0, kMost)
              .unit("tokens")
              .about("Of prompts."),
          option("output_tokens_per_minute", &S::output_tokens_per_minute)
              .range(0, kMost)
              .unit("tokens")
              .about("Of answers."),
          option("requests_per_day", &S::requests_per_day)
              .range(0, kMost)
              .unit("requests")
              .about("Of a calendar day, in the provider's time zone."),
          option("tokens_per_day", &S::tokens_per_day)
              .range(0, kMost)
              .unit("tokens")
              .about("Of a calendar day, in the provider's time zone."),
          word("charges", &S::charges,
               {{"provider", provider},
                {"used", used},
                {"requested", requested},
                {"larger", larger}})
              .about(
                  "What counts as a call's tokens: what it used, the prompt and the answer limit "
                  "that were requested, or the larger of these two; default: the provider's "
                  "own way."),
          option("burst", &S::burst)
              // What waits until all of it is there must get it within one wait of a call.
              .range(milliseconds(100), seconds(20))
              .about("So much time's worth of a minute's limit may go out at once; providers look "
                     "at shorter spans than a minute."),
          option("calls_at_once_min", &S::calls_at_once_min)
              .range(1, 10'000)
              .unit("calls")
              .about("In flight at the same time, however many errors come."),
          option("calls_at_once_max", &S::calls_at_once_max)
              .range(0, 10'000)
              .unit("calls")
              .about("In flight at the same time, however well it goes; 0: queue.calls_at_once."),
      });
  return spec;
}

}  // namespace docwright::config
