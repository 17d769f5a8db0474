#include "providers/models_entry.h"

#include "providers/models.h"

namespace docwright::providers {
namespace {

using config::group;
using config::option;
using config::Spec;
using config::word;

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
      "Prices per million tokens. A model without prices is refused where a money budget applies; "
      "a server that costs "
      "nothing says 0USD.",
      {
          option("input", &E::input).money().about("A million prompt tokens."),
          option("input_cached", &E::input_cached)
              .money()
              .about("A million prompt tokens from the provider's cache; default: as input."),
          option("input_cache_write", &E::input_cache_write)
              .money()
              .about("A million prompt tokens written to the cache; default: as input."),
          option("output", &E::output)
              .money()
              .about("A million answer tokens, reasoning included."),
          group("long_context", &E::long_context, long_context_spec()),
      });
  return spec;
}

}  // namespace

const Spec<ModelEntry>& model_entry_spec() {
  using E = ModelEntry;
  static const Spec<E> spec(
      "A model: who serves it, its limits, its prices, how it wants to be spoken to.",
      {
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
          option("reasoning", &E::reasoning).about("It spends answer tokens on thinking."),
          group("prices", &E::prices, prices_spec()),
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
              .about("Parameters that the model rejects."),
      });
  return spec;
}

const config::SpecBase& model_spec() {
  return model_entry_spec();
}

}  // namespace docwright::providers
