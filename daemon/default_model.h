// `provider use`: what a person may choose as the default model, and how the daemon begins with
// what was chosen before. (What is written of a choice: changes.h. Who goes by it:
// pipeline/call/default_model.h.)
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/catalog.h"
#include "providers/credentials.h"
#include "runtime/log.h"
#include "schemas/wire.h"
#include "store/default_models.h"
#include "store/store.h"

namespace docwright::daemon {

// What a job may wait for on account of its model: another one may not have it.
inline constexpr std::array<std::string_view, 5> kModelReasons = {
    "no_credentials", "quota", "rate_limit", "provider_down", "budget"};

// A choice that was found good.
struct Choice {
  std::string name;        // a model or a route; empty: the configuration's again
  std::string by;          // as the client says
  std::string configured;  // what the configuration says
  std::vector<std::string> warnings;
};

// What the request means: of a provider the model that the catalogue says, or its only one. Errors:
// unknown_model (with the nearest name and what there is; or it has retired), configuration (it has
// no price), no_credentials (no target has a key: where docwright looked). Any thread; reads small
// files.
Result<Choice> choose(const wire::ProviderRequest& request, const Catalog& catalog,
                      const providers::Credentials& credentials, Time now);

// For the start, while nobody else works: a choice that the configuration does not know any more
// ends here. What holds, and what is wrong with it, is said in the log. Blocks.
Result<void> check_default_model(const pipeline::Configured& known, store::Store& store, Time now,
                                 Log& log);

// How many choices a start looks back at: some name one twice, or nobody, and
// pipeline/call/default_model.h keeps a few names only.
inline constexpr int kChoicesKept = 16;

std::optional<store::DefaultModel> last_of(const std::vector<store::DefaultModel>& chosen);
wire::DefaultModelView view(const std::optional<store::DefaultModel>& chosen,
                            const std::string& configured);
// Empty: nobody has chosen, the configuration's holds.
std::string chosen(const wire::DefaultModelView& model);

}  // namespace docwright::daemon
