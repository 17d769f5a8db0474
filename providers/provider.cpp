#include "providers/provider.h"

#include <array>
#include <cstdlib>

namespace docwright::providers {
namespace {

struct ClassName {
  ErrorClass error_class;
  std::string_view name;
};

constexpr std::array kClassNames = {
    ClassName{ErrorClass::auth, "auth"},
    ClassName{ErrorClass::permission, "permission"},
    ClassName{ErrorClass::not_found, "not_found"},
    ClassName{ErrorClass::context_length, "context_length"},
    ClassName{ErrorClass::too_large, "too_large"},
    ClassName{ErrorClass::invalid_request, "invalid_request"},
    ClassName{ErrorClass::content_filter, "content_filter"},
    ClassName{ErrorClass::rate_limit, "rate_limit"},
    ClassName{ErrorClass::quota, "quota"},
    ClassName{ErrorClass::overloaded, "overloaded"},
    ClassName{ErrorClass::server, "server"},
    ClassName{ErrorClass::timeout, "timeout"},
    ClassName{ErrorClass::connect, "connect"},
    ClassName{ErrorClass::network, "network"},
    ClassName{ErrorClass::truncated, "truncated"},
    ClassName{ErrorClass::malformed, "malformed"},
    ClassName{ErrorClass::cancelled, "cancelled"},
};

bool well_formed(std::string_view name) {
  if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == name.npos;
}

}  // namespace

std::string_view name(Finish finish) {
  switch (finish) {
    case Finish::complete:
      return "complete";
    case Finish::length:
      return "length";
    case Finish::content_filter:
      return "content_filter";
    case Finish::refusal:
      return "refusal";
    case Finish::tool_call:
      return "tool_call";
    case Finish::error:
      return "error";
  }
  std::abort();
}

std::string_view name(ErrorClass error_class) {
  for (const ClassName& entry : kClassNames) {
    if (entry.error_class == error_class) return entry.name;
  }
  std::abort();
}

std::optional<ErrorClass> error_class_named(std::string_view name) {
  for (const ClassName& entry : kClassNames) {
    if (entry.name == name) return entry.error_class;
  }
  return std::nullopt;
}

bool CallError::transient() const {
  switch (error_class) {
    case ErrorClass::rate_limit:
    case ErrorClass::overloaded:
    case ErrorClass::server:
    case ErrorClass::timeout:
    case ErrorClass::connect:
    case ErrorClass::network:
    case ErrorClass::truncated:
    case ErrorClass::malformed:
      return true;
    default:
      return false;
  }
}

void Registry::add(Provider provider) {
  const bool one_way = (provider.codec != nullptr) != (provider.local != nullptr);
  if (!well_formed(provider.name) || !one_way || providers_.contains(provider.name)) std::abort();
  std::string name = provider.name;
  providers_.emplace(std::move(name), std::move(provider));
}

const Provider* Registry::find(std::string_view name) const {
  const auto found = providers_.find(name);
  return found == providers_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> Registry::names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, provider] : providers_) names.push_back(name);
  return names;
}

}  // namespace docwright::providers
