#include "providers/models_entry.h"

#include "providers/models.h"
#include "runtime/text.h"

namespace docwright::providers {
namespace {

using config::group;
using config::option;
using config::records;
using config::Spec;
using config::word;

std::string day_rule(const std::string& text) {
  if (text.empty() || parse_rfc3339(text + "T00:00:00Z")) return {};
  return "expected a day such as 2026-08-02, got '" + text + "'";
}

const Spec<LongContextEntry>& long_context_spec() {
  using E = LongContextEntry;
  static const Spec<E> spec(
      "Requests above a number of prompt tokens are billed wholly at other prices.",
      {
          option("over_tokens", &E::over_tokens)
              .range(0, 1e9)
              .unit("tokens")
              .about(
                  "Prompts longer than this are billed at the percentages below; 0: no such tier."),
          option("input_percent", &E::input_percent)
              .range(100, 10'000)
              .about("Of the prices of the prompt: 200 doubles them."),
          option("output_percent", &E::output_percent)
              .range(100, 10'000)
              .about("Of the price of the answer."),
      });
  return spec;
}

const Spec<PricesEntry>& prices_spec() {
  using E = PricesEntry;
  static const Spec<E> spec(
      "Prices per million tokens, before tax. A model without prices is not asked unless "
      "unpriced_models says so; a server that costs nothing says 0USD.",
      {
          option("as_of", &E::as_of)
              .check(day_rule)
              .about("When they were looked up (2026-08-02). After 60 days docwright says that "
                     "they are old."),
          option("input", &E::input).money().about("A million prompt tokens."),
          option("input_cached", &E::input_cached)
              .money()
              .about("A million prompt tokens from the provider's cache; default: as input."),
          option("input_cache_write", &E::input_cache_write)
              .money()
              .about("A million prompt tokens written to the cache; default: as input."),
          option("input_cache_write_1h", &E::input_cache_write_1h)
              .money()
              .about("The same, kept for an hour; default: as input_cache_write."),
          option("output", &E::output)
              .money()
              .about("A million answer tokens, reasoning included."),
          group("long_context", &E::long_context, long_context_spec()),
          option("batch_percent", &E::batch_percent)
              .range(1, 100)
              .about("Of all prices, through the provider's batch interface: to compare with; "
                     "docwright asks at once."),
      });
  return spec;
}

const Spec<PriceChangeEntry>& price_change_spec() {
  using E = PriceChangeEntry;
  static const Spec<E> spec("Prices that hold from a day on, in place of all before.",
                            {
                                option("from", &E::from)
                                    .required()
                                    .range(1, 10)
                                    .check(day_rule)
                                    .about("The first day (UTC): 2026-09-01."),
                                group("prices", &E::prices, prices_spec()),
                            });
  return spec;
}

}  // namespace

const Spec<ModelEntry>& model_entry_spec() {
  using E = ModelEntry;
  static const Spec<E> spec(
      "A model: who serves it, its limits, its prices, how it wants to be spoken to.",
      {
          option("base", &E::base)
              .range(0, 200)
              .about("Another entry that this one is like: everything not said here is taken from "
                     "there, but for its aliases; and, where another base_url or provider is said "
                     "here, its key and headers."),
          option("provider", &E::provider)
              .range(1, 100)
              .about("Who speaks to it: openai for every server with Chat Completions."),
          option("api_name", &E::api_name)
              .range(0, 300)
              .about("What the server calls it; default: the entry's name, after its last slash."),
          option("aliases", &E::aliases).about("Further names of it."),
          option("window_tokens", &E::window_tokens)
              .range(1, 1e9)
              .unit("tokens")
              .about("Prompt and answer together. Required."),
          option("input_tokens_max", &E::input_tokens_max)
              .range(0, 1e9)
              .unit("tokens")
              .about("Longest prompt, where it is less than the window leaves; 0: it is not."),
          option("output_tokens_max", &E::output_tokens_max)
              .range(1, 1e9)
              .unit("tokens")
              .about("Longest answer that may be asked for. Required."),
          option("encoding", &E::encoding)
              .range(0, 40)
              .about("How it cuts text into tokens (o200k_base, cl100k_base, ...): what `model "
                     "show` says of it."),
          option("reasoning", &E::reasoning).about("It spends answer tokens on thinking."),
          group("prices", &E::prices, prices_spec()),
          records("price_changes", &E::price_changes, price_change_spec()),
          option("retires", &E::retires)
              .check(day_rule)
              .about("The day from which its provider does not serve it any more: until then "
                     "lint warns, from then on submit and lint refuse it."),
          option("replaced_by", &E::replaced_by).range(0, 200).about("The model to name instead."),
          option("quota_group", &E::quota_group)
              .range(0, 100)
              .about("Models of one provider and account that share its limits have the same "
                     "word; default: the model by itself."),
          option("base_url", &E::base_url)
              .url()
              .about("Address of a server of its own; the provider's key and headers are not sent "
                     "there."),
          option("key", &E::key).about("Key for that server, or instead of the provider's."),
          option("headers", &E::headers)
              .about("Further headers for that server; secrets do not belong here."),
          word<E, AnswerLimitField>(
              "answer_limit_field", &E::answer_limit_field,
              {{"max_tokens", AnswerLimitField::max_tokens},
               {"max_completion_tokens", AnswerLimitField::max_completion_tokens}})
              .about("The request's field for the answer limit. Ollama ignores "
                     "max_completion_tokens."),
          word<E, SystemRole>(
              "system_role", &E::system_role,
              {{"system", SystemRole::system}, {"developer", SystemRole::developer}})
              .about("The role of the system message."),
          word<E, Structured>("structured", &E::structured,
                              {{"json_schema", Structured::json_schema},
                               {"tool", Structured::tool},
                               {"json_object", Structured::json_object},
                               {"none", Structured::none}})
              .about(
                  "How the form of the answer is asked for: by its schema, by one tool that must "
                  "be called, as any JSON object, or in words alone. The last two have the "
                  "schema in the prompt."),
          option<E, bool>("strict", &E::strict)
              .about("The provider enforces the schema; off where a server refuses the word."),
          word<E, Api>("api", &E::api, {{"chat", Api::chat}, {"responses", Api::responses}})
              .about("Which of OpenAI's interfaces serves it."),
          word<E, PromptCache>("prompt_cache", &E::prompt_cache,
                               {{"none", PromptCache::none},
                                {"automatic", PromptCache::automatic},
                                {"key", PromptCache::key},
                                {"marks", PromptCache::marks}})
              .about("How the provider is told to keep the part of the prompt that is the same in "
                     "every question."),
          word<E, Streaming>("streaming", &E::streaming,
                             {{"never", Streaming::never},
                              {"long_answers", Streaming::long_answers},
                              {"always", Streaming::always}})
              .about("When the answer is asked for as a stream; long_answers: where the answer "
                     "limit is above 16,000 tokens."),
          option<E, bool>("stream_usage", &E::stream_usage)
              .about("The server knows stream_options and counts the tokens of a stream."),
          option<E, std::string>("api_version", &E::api_version)
              .range(0, 40)
              .about("The version of the interface, where the provider has several; empty: the one "
                     "that docwright was written for."),
          option<E, bool>("deployment_url", &E::deployment_url)
              .about("Azure: the deployment (api_name) stands in the address, not in the request."),
          option<E, bool>("bearer", &E::bearer)
              .about("Azure: the key is a token of Entra ID, sent as Authorization: Bearer."),
          option("parameters", &E::parameters)
              .about("Parameters sent with each question, unless a pipeline or a submit says "
                     "otherwise."),
          option("parameters_refused", &E::parameters_refused)
              .about("Parameters that the model rejects. Dots lead into a mapping, and a word "
                     "behind = is all that is rejected (thinking.type=enabled), behind != all "
                     "that is not."),
          option("parameters_exclusive", &E::parameters_exclusive)
              .about("Parameters that the model rejects together, written alike: temperature or "
                     "reasoning_effort!=none."),
          option("parameters_below_limit", &E::parameters_below_limit)
              .about("Numbers that have to be below the answer limit that is sent with them, "
                     "written alike: thinking.budget_tokens."),
          option("parameter_words", &E::parameter_words)
              .about(
                  "The words that a parameter may have: reasoning_effort: [low, high]. Parameters "
                  "that are not named keep theirs."),
          option("parameter_ranges", &E::parameter_ranges)
              .about("The least and the largest number that a parameter may have (temperature: "
                     "[0, 2]), or entries that it may have (stop: [1, 4]); likewise."),
      });
  return spec;
}

const config::SpecBase& model_spec() {
  return model_entry_spec();
}

}  // namespace docwright::providers
