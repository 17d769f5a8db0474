// The models and providers that a daemon started the same way would know, with the keys that this
// process sees. No daemon is asked.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "client/cli/session.h"
#include "config/secrets.h"
#include "pipeline/configured.h"
#include "providers/credentials.h"

namespace docwright::cli {

class OwnCatalogue final {
 public:
  // `file`: instead of the daemon's docwright.yaml.
  static Result<std::unique_ptr<const OwnCatalogue>> load(const Session& session,
                                                          const std::optional<std::string>& file);

  const config::Settings& settings() const { return configuration_.settings; }
  const pipeline::Configured& known() const { return *known_; }
  const providers::Registry& providers() const { return known_->providers; }
  const providers::Models& models() const { return known_->models; }
  const pipeline::Routes& routes() const { return known_->routes; }
  const providers::Credentials& credentials() const { return credentials_; }

 private:
  OwnCatalogue(config::Configuration configuration,
               std::unique_ptr<const pipeline::Configured> known,
               const config::Environment& environment);

  const config::Configuration configuration_;
  const std::unique_ptr<const pipeline::Configured> known_;
  // Reading a file of a key again changes what it remembers.
  const std::unique_ptr<config::Secrets> secrets_;
  const providers::Credentials credentials_;
};

}  // namespace docwright::cli
