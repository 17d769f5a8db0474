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
          word("answer_limit_field", &E::answer_limit_field,
               {{"max_tokens", AnswerLimitField::max_tokens},
                {"max_completion_tokens", AnswerLimitField::max_completion_tokens}})
              .about("The request's field for the answer limit. Ollama ignores "
                     "max_completion_tokens."),
          word("system_role", &E::system_role,
               {{"system", SystemRole::system}, {"developer", SystemRole::developer}})
              .about("The role of the system message."),
          word("structured", &E::structured,
               {{"json_schema", Structured::json_schema},
                {"json_object", Structured::json_object},
                {"none", Structured::none}})
              .about("How the form of the answer is asked for; without json_schema the schema "
                     "stands in the prompt."),
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
