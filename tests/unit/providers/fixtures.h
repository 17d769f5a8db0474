// Recorded forms of answers and errors: providers/openai/fixtures/*.json, each a list of cases with
// a name.
#pragma once
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "providers/provider.h"

namespace docwright::providers::testing {

inline Json fixtures(const std::string& file) {
  std::ifstream stream(DOCWRIGHT_SOURCE_DIR "/providers/openai/fixtures/" + file);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return Json::parse(text);
}

// `body` as JSON, or `raw` as it is.
inline HttpResponse response_of(const Json& fixture) {
  HttpResponse response;
  response.status = fixture.at("status").get<int>();
  response.body =
      fixture.contains("raw") ? fixture["raw"].get<std::string>() : fixture.at("body").dump();
  if (fixture.contains("headers")) {
    for (const auto& [name, value] : fixture["headers"].items()) {
      response.headers.emplace_back(name, value.get<std::string>());
    }
  }
  return response;
}

}  // namespace docwright::providers::testing
