#include "schemas/schemas.h"

#include <gtest/gtest.h>

#include <string_view>

namespace docwright::schemas {
namespace {

constexpr std::string_view kDocument = R"json({
  "schema_version": 1,
  "subject": {"symbol": "Reader.next", "kind": "method", "name": "next", "language": "python", "path": "src/reader.py",
    "source_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "signature": "def next(self, timeout)",
    "parent": "Reader", "parameters": [{"name": "timeout", "type": "float", "kind": "positional_or_keyword"}],
    "return_type": "bytes", "returns_value": true, "raises": ["TimeoutError"], "visibility": "public", "extent": [10, 200],
    "body": [14, 200]},
  "doc": {"summary": "Reads the next record.", "parameters": {"timeout": {"description": "Seconds to wait."}},
    "returns": {"description": "The record."}, "raises": [{"type": "TimeoutError", "when": "none came in time"}]},
  "checks": {"status": "flagged",
    "findings": [{"rule": "S02", "severity": "warning", "path": "/summary", "message": "says little"}]},
  "provenance": {"job": "j1", "pipeline": "docstrings", "provider": "offline", "model": "offline", "written_by": "facts",
    "cost_nusd": 0, "created": "2030-01-02T03:04:05.678Z"}
})json";

Json document() {
  return parse_json(kDocument).value();
}

TEST(DocumentSchema, AdmitsADocument) {
  const Schemas schemas;
  EXPECT_EQ(to_text(schemas.document().validate(document())), "");
}

TEST(DocumentSchema, RefusesWhatIsNoDocument) {
  const Schemas schemas;
  const auto violations_after = [&](const char* pointer, Json value) {
    Json changed = document();
    changed[Json::json_pointer(pointer)] = std::move(value);
    return schemas.document().validate(changed).size();
  };
  EXPECT_EQ(violations_after("/schema_version", 2), 1U);
  EXPECT_EQ(violations_after("/subject/kind", "lambda"), 1U);
  EXPECT_EQ(violations_after("/subject/extent", Json::array({1})), 1U);
  EXPECT_EQ(violations_after("/subject/source_sha256", "abc"), 1U);
  EXPECT_EQ(violations_after("/doc/paramters", Json::object()), 1U);
  EXPECT_EQ(violations_after("/doc/parameters/timeout", "Seconds."), 1U);
  EXPECT_EQ(violations_after("/checks/status", "fine"), 1U);
  EXPECT_EQ(violations_after("/provenance/cost_nusd", 0.5), 1U);
}

TEST(JobSchema, AdmitsWhatASubmitMayContain) {
  const Schemas schemas;
  const Json job =
      parse_json(
          R"({"key":"k1","pipeline":"docstrings","model":"gpt-5.4-mini","path":"src/a.py","blob":0,"priority":0,
    "tenant":"shop","budget":"0.50USD","budget_tokens":1000,"delay":"10s","deadline":"7d","answer_language":"en","parameters":{"temperature":0},
    "fresh":true,"force":false,"labels":{"pr":"71"},"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})")
          .value();
  EXPECT_EQ(to_text(schemas.job().validate(job)), "");
}

TEST(JobSchema, NamesTheNearestField) {
  const Schemas schemas;
  const Json job = parse_json(R"({"path":"a.py","blob":0,"pipline":"docstrings"})").value();
  EXPECT_EQ(to_text(schemas.job().validate(job)),
            "/pipline: 'pipline' is not expected here (did you mean 'pipeline'?)");
}

TEST(SchemaTexts, AreJson) {
  EXPECT_TRUE(parse_json(document_schema_text()));
  EXPECT_TRUE(parse_json(job_schema_text()));
}

}  // namespace
}  // namespace docwright::schemas
