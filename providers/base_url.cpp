#include "providers/base_url.h"

#include <fmt/format.h>

namespace docwright::providers {
namespace {

constexpr std::string_view kVersion = "/v1";

void drop_slashes(std::string_view& text) {
  while (text.ends_with('/')) text.remove_suffix(1);
}

bool control_or_blank(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return true;
  }
  return false;
}

// ".../v1", ".../v1beta"
bool ends_in_version(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('/') + 1);
  return last.size() > 1 && last[0] == 'v' && last[1] >= '0' && last[1] <= '9';
}

}  // namespace

Result<std::string> normalise_base_url(std::string_view text, const AddressForm& form) {
  const auto refuse = [&](std::string_view why) {
    return fail(
        Code::configuration,
        fmt::format("base URL {}: write it as https://host/v1 or http://127.0.0.1:8080", why));
  };
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme = text.substr(0, scheme_end);
  if (scheme_end == text.npos || (scheme != "http" && scheme != "https")) {
    return refuse("does not begin with http:// or https://");
  }
  if (control_or_blank(text)) return refuse("holds a blank or a control character");
  std::string_view rest = text.substr(scheme_end + 3);
  if (rest.find_first_of("?#") != rest.npos) return refuse("holds a query or a fragment");
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (host.empty()) return refuse("names no host");
  // Not quoted in the message: what stands there may be a password.
  if (host.find('@') != host.npos)
    return refuse("holds a user name; give the key as a secret instead");

  std::string_view path = rest.substr(host.size());
  drop_slashes(path);
  const bool whole = path.ends_with(form.last);
  if (whole) path.remove_suffix(form.last.size());
  drop_slashes(path);
  while (path.ends_with("/v1/v1")) path.remove_suffix(kVersion.size());
  const bool lacks_path = path.empty() || (form.path_behind_prefix && !ends_in_version(path));
  return fmt::format("{}://{}{}{}", scheme, host, path, lacks_path && !whole ? form.path : "");
}

}  // namespace docwright::providers
