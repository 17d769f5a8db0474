#include "client/cli/own_catalogue.h"

namespace docwright::cli {

OwnCatalogue::OwnCatalogue(config::Configuration configuration,
                           std::unique_ptr<const pipeline::Configured> known,
                           const config::Environment& environment)
    : configuration_(std::move(configuration)),
      known_(std::move(known)),
      secrets_(std::make_unique<config::Secrets>(environment)),
      credentials_(configuration_.settings.providers, *secrets_, environment) {}

Result<std::unique_ptr<const OwnCatalogue>> OwnCatalogue::load(
    const Session& session, const std::optional<std::string>& file) {
  auto configuration = session.configuration(file);
  if (!configuration) return std::unexpected(config::combined(configuration.error()));
  auto known = pipeline::vocabulary(*configuration);
  if (!known) return std::unexpected(config::combined(known.error()));
  return std::unique_ptr<const OwnCatalogue>(
      new OwnCatalogue(std::move(*configuration), std::move(*known), session.environment()));
}

}  // namespace docwright::cli
