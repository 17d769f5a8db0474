#include "pipeline/store/options.h"

#include "pipeline/binding.h"
#include "pipeline/store/store.h"

namespace docwright::pipeline {
namespace {

void bind(StoreOptions& options, Binding& binding) {
  if (const Step* parse = binding.answer_of("parse", "parse", options.parse))
    options.parse = parse->name;
}

}  // namespace

const config::Spec<StoreOptions>& store_spec() {
  using config::option;
  using S = StoreOptions;
  static const config::Spec<S> spec(
      "Stores the documents, a new version of each, together with the job's checkpoint.",
      with_common<S>(
          {option("parse", &S::parse)
               .about("The parse whose documents it stores; default: the nearest before."),
           option("keep_flagged", &S::keep_flagged)
               .about("Store flagged documents with their findings; false: a job with one fails "
                      "instead.")}));
  return spec;
}

void add_store(StepRegistry& steps) {
  steps.add<StoreOptions>({.name = "store",
                           .count = Count::once,
                           .after = "parse",
                           .last = true,
                           .example = "keep_flagged: true\n"},
                          store_spec(), bind, store_behaviour);
}

}  // namespace docwright::pipeline
