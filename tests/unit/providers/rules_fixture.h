// Requests in OpenAI's formats to the servers that the simulator plays.
#pragma once
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "providers/simulator/api.h"

namespace docwright::providers::testing {

using simulator::Asked;
using simulator::Spoken;

using Change = std::function<void(Json& body)>;
using Parsed = std::expected<Asked, CallError>;

inline const Registry& registry() {
  static const Registry providers = all_providers();
  return providers;
}

inline const std::vector<Spoken>& spoken() {
  static const std::vector<Spoken> all = simulator::all_spoken();
  return all;
}

inline const simulator::Api& server_of(std::string_view provider, std::string_view path) {
  for (const Spoken& one : spoken()) {
    if (one.provider == provider && one.api->takes(path)) return *one.api;
  }
  throw std::invalid_argument(std::string(path));
}

struct Post {
  std::string path = "/v1/chat/completions", query = {};
  Headers headers = {{"api-key", "invented"}};
};

inline Parsed parsed(std::string_view provider, const Post& post, const std::string& body) {
  return server_of(provider, post.path).parse({post.path, post.query, post.headers, body});
}

inline Json chat() {
  return Json::parse(R"({"model": "gpt-4.1", "max_tokens": 100,
    "messages": [{"role": "system", "content": "You document code."}, {"role": "user", "content": "x"}]})");
}

inline Json responses() {
  return Json::parse(R"({"model": "gpt-5.4-pro", "max_output_tokens": 100, "input": "x"})");
}

inline Json structured(Json schema) {
  Json body = chat();
  body["response_format"] = {
      {"type", "json_schema"},
      {"json_schema", {{"name", "documents"}, {"strict", true}, {"schema", std::move(schema)}}}};
  return body;
}

// The error's code and words; empty where the request is taken.
inline std::string complaint(std::string_view provider, const Post& post, Json body,
                             const Change& change = {}) {
  if (change) change(body);
  const Parsed result = parsed(provider, post, body.dump());
  return result ? std::string() : result.error().code + ": " + result.error().message;
}

}  // namespace docwright::providers::testing
