// How a configuration names a secret without holding it.
#pragma once
#include <string>

#include "config/yaml.h"

namespace docwright::config {

// {env: NAME}, {file: PATH} or {credential: NAME}; a literal secret in a file is an error that says
// so. Resolved at use (secrets.h); holds no secret itself, so it may be shown.
struct SecretRef {
  enum class From { nowhere, environment, file, credential };
  From from = From::nowhere;
  std::string name;  // of the variable, the file, or the credential
  Mark mark;

  bool given() const { return from != From::nowhere; }
};
// "the environment variable OPENAI_API_KEY", "the file /etc/key", "the credential openai",
// "nowhere".
std::string described(const SecretRef& reference);

}  // namespace docwright::config
