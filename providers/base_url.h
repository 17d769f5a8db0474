// The address of a provider's interface, as people write it and as it is needed.
#pragma once
#include <string>
#include <string_view>

#include "runtime/error.h"

namespace docwright::providers {

// What the addresses of one provider have in common. The default is OpenAI's and that of servers
// that are like it.
struct AddressForm {
  std::string_view path = "/v1";                // of the interface, behind a host
  std::string_view last = "/chat/completions";  // what an address that names a call ends with
  // The provider's own programs take addresses without the path and add it, to a gateway's prefix
  // too: "https://host/prefix" is "https://host/prefix/v1", unless it ends in a version.
  bool path_behind_prefix = false;
};

// "https://host", "https://host/", "https://host/v1/", "https://host/v1/v1" and
// "https://host/v1/chat/completions" all become "https://host/v1". A path that says something else
// (a gateway's prefix) is kept as it is, where the form does not say otherwise; so is
// "https://host/chat/completions", for the few servers without a version in their path. Refused,
// with the reason: no http or https, no host, a user or password (it would end in logs), a query.
Result<std::string> normalise_base_url(std::string_view text, const AddressForm& form = {});

}  // namespace docwright::providers
