// What came from a provider, as its folder records it: providers/NAME/fixtures/*.json, each a list
// of cases {name, what came, what it is to be read as}.
//
//   status, headers, body (JSON) or raw (text)      a whole response
//   stream (text, or pieces of it)                  the body of a stream under status 200
//   api, forced_tool, schema                        how it was asked
//   answer or error                                 the members that are looked at
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "providers/answer_reader.h"
#include "providers/provider.h"
#include "runtime/clock.h"

namespace docwright::providers::testing {

inline const Registry& registry() {
  static const Registry providers = all_providers();
  return providers;
}

// The names of those that have a codec.
inline std::vector<std::string> with_codec() {
  std::vector<std::string> names;
  for (const std::string_view name : registry().names()) {
    if (registry().find(name)->codec) names.emplace_back(name);
  }
  return names;
}

struct Recorded {
  std::string name;
  Question question;
  Dialect dialect;
  HttpResponse response;  // of a stream: its body is the stream
  bool streamed = false;
  Json wanted;  // the case
};

inline Recorded recorded(const Json& entry, const std::string& file) {
  Recorded recorded;
  recorded.wanted = entry;
  recorded.name = file + ": " + entry.at("name").get<std::string>();
  recorded.question.schema_name = "documents";
  recorded.question.schema = std::make_shared<const Json>(entry.value("schema", Json::object()));
  if (entry.value("forced_tool", false)) recorded.dialect.structured = Structured::tool;
  if (entry.value("api", "chat") == "responses") recorded.dialect.api = Api::responses;
  recorded.response.status = entry.value("status", 200);
  recorded.streamed = entry.contains("stream");
  if (recorded.streamed) {
    const Json& stream = entry["stream"];
    if (stream.is_string()) recorded.response.body = stream.get<std::string>();
    if (stream.is_array())
      for (const Json& piece : stream) recorded.response.body += piece.get<std::string>();
  } else {
    recorded.response.body = entry.contains("raw") ? entry["raw"].get<std::string>()
                                                   : entry.value("body", Json()).dump();
  }
  for (const auto& [name, value] : entry.value("headers", Json::object()).items())
    recorded.response.headers.emplace_back(name, value.get<std::string>());
  return recorded;
}

// One file, as it is.
inline Json fixtures(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return Json::parse(text);
}

inline std::filesystem::path fixtures_of(const std::string& provider) {
  return std::filesystem::path(DOCWRIGHT_SOURCE_DIR) / "providers" / provider / "fixtures";
}

inline std::vector<Recorded> all_recorded(const std::string& provider) {
  const std::filesystem::path folder = fixtures_of(provider);
  std::vector<std::filesystem::path> files;
  if (std::filesystem::exists(folder)) {
    for (const auto& file : std::filesystem::directory_iterator(folder))
      files.push_back(file.path());
  }
  std::ranges::sort(files);
  std::vector<Recorded> all;
  for (const auto& path : files) {
    for (const Json& entry : fixtures(path)) {
      // Retry hints alone are no exchange.
      const bool whole = entry.contains("answer") || entry.contains("error");
      if (whole) all.push_back(recorded(entry, path.stem().string()));
    }
  }
  return all;
}

// A stream, in pieces as the network brings them.
inline CallResult<Answer> read_stream(const Codec& codec, const Recorded& recorded,
                                      const std::vector<std::string_view>& pieces) {
  const ManualClock clock;
  const std::string no_key;
  AnswerReader reader(clock, {.codec = codec,
                              .question = recorded.question,
                              .dialect = recorded.dialect,
                              .key = no_key,
                              .stream = true});
  const bool elements = recorded.response.body.starts_with('[');
  reader.head(200, {{"content-type", elements ? "application/json" : "text/event-stream"}});
  for (const std::string_view piece : pieces) reader.bytes(piece);
  return reader.end();
}

inline CallResult<Answer> read(const Codec& codec, const Recorded& recorded) {
  if (recorded.streamed) return read_stream(codec, recorded, {recorded.response.body});
  return codec.decode(recorded.response, recorded.question, recorded.dialect);
}

inline Json seen_of(const CallResult<Answer>& result) {
  constexpr std::array kResets = {"unsaid", "midnight_utc", "midnight_pacific"};
  if (!result) {
    const CallError& error = result.error();
    Json json = {{"class", name(error.error_class)},
                 {"status", error.status},
                 {"message", error.message},
                 {"code", error.code},
                 {"maybe_charged", error.maybe_charged},
                 {"transient", error.transient()},
                 {"quota_reset", kResets.at(static_cast<std::size_t>(error.quota_reset))}};
    if (error.retry_after) {
      const std::chrono::duration<double, std::milli> wait = *error.retry_after;
      json["retry_after_ms"] = wait.count();
    }
    if (error.context) {
      json["context"] = {{"window", error.context->window},
                         {"requested", error.context->requested}};
    }
    return {{"error", json}};
  }
  Json usage;
  if (result->usage) {
    usage = {{"input", result->usage->input},
             {"input_cached", result->usage->input_cached},
             {"input_cache_write", result->usage->input_cache_write},
             {"output", result->usage->output},
             {"reasoning", result->usage->reasoning}};
    if (result->usage->input_cache_write_1h > 0)
      usage["input_cache_write_1h"] = result->usage->input_cache_write_1h;
  }
  return {{"answer",
           {{"text", result->text},
            {"finish", name(result->finish)},
            {"finish_raw", result->finish_raw},
            {"model", result->model},
            {"response_id", result->response_id},
            {"usage", usage}}}};
}

// What the case names is as it says; null: it is not there.
inline void expect_as_recorded(const Recorded& recorded, const CallResult<Answer>& result) {
  const char* kind = recorded.wanted.contains("answer") ? "answer" : "error";
  const Json seen = seen_of(result);
  ASSERT_TRUE(seen.contains(kind)) << seen;
  for (const auto& [member, value] : recorded.wanted[kind].items())
    EXPECT_EQ(seen[kind].value(member, Json()), value) << member << " of " << seen;
}

}  // namespace docwright::providers::testing
