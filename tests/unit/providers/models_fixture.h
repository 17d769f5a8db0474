// The catalogue of models as it is shipped, and as a test writes it.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "providers/models.h"
#include "runtime/text.h"

namespace docwright::providers {

inline Time day(const std::string& text) {
  return parse_rfc3339(text + "T00:00:00Z").value();
}

inline const Time kNow = day("2026-08-21");

inline const Registry& registry() {
  static const Registry providers = all_providers();
  return providers;
}

inline Models shipped() {
  Result<Models> models = Models::shipped(registry());
  EXPECT_TRUE(models.has_value()) << models.error().message;
  return std::move(*models);
}

inline std::string error_of(const std::string& text) {
  const Result<Models> models = Models::parse({{"m.yaml", text}}, registry());
  EXPECT_FALSE(models.has_value());
  return models ? std::string() : models.error().at + ": " + models.error().message;
}

inline config::Node node(const std::string& text) {
  return *config::parse_yaml("docwright.yaml", text);
}

}  // namespace docwright::providers
