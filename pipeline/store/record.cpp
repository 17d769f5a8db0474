#include "pipeline/store/record.h"

#include "pipeline/pipeline.h"
#include "pipeline/store/fingerprint.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

// The plan's facts, with what only the job knows; an index into the outline says nothing outside
// it.
Json subject(const Job& job, outline::Language language, const Chunk& chunk,
             const outline::Definition& target) {
  Json json = outline::to_json(target);
  json.erase("parent");
  json["language"] = outline::name(language);
  json["path"] = job.path;
  json["source_sha256"] = hex(job.source_hash);
  const Fingerprint prints = fingerprint(language, *job.source, target, chunk.scope);
  json["fingerprint"] = {{"body", hex(prints.body)},
                         {"interface", hex(prints.interface)},
                         {"context", hex(prints.context)}};
  return json;
}

Json doc(const Draft& draft) {
  Json json = to_json(draft);
  if (!json.contains("summary")) json["summary"] = "";
  return json;
}

Json checks(const CheckedDraft& checked) {
  Json findings = Json::array();
  for (const auto& finding : checked.findings) {
    Json entry = {
        {"rule", finding.rule}, {"severity", name(finding.severity)}, {"message", finding.message}};
    if (!finding.path.empty()) entry["path"] = finding.path;
    if (finding.fixed) entry["fixed"] = true;
    findings.push_back(std::move(entry));
  }
  return {{"status", has_errors(checked.findings) ? "flagged" : "good"},
          {"findings", std::move(findings)}};
}

Json provenance_json(const Job& job, const Chunk& chunk, const Provenance& provenance) {
  Json json = Json::object();
  json["job"] = job.id;
  json["attempt"] = job.attempt;
  json["chunk"] = chunk.number;
  json["pipeline"] = job.pipeline->name();
  json["pipeline_sha256"] = hex(job.pipeline->hash());
  json["provider"] = provenance.provider;
  json["model"] = provenance.model;
  if (!provenance.ensemble.empty()) json["ensemble"] = provenance.ensemble;
  json["written_by"] = provenance.offline ? "facts" : "model";
  if (provenance.fallback) json["fallback"] = true;
  json["parameters"] = provenance.parameters;
  json["answer_language"] = provenance.answer_language;
  json["call"] = provenance.call;
  json["question_sha256"] = hex(provenance.question);
  json["cached"] = provenance.cached;
  json["corrected"] = provenance.corrected;
  json["targets"] = chunk.targets.size();
  json["tokens_in"] = provenance.usage.input;
  json["tokens_in_cached"] = provenance.usage.input_cached;
  json["tokens_out"] = provenance.usage.output;
  json["cost_nusd"] = provenance.cost;
  json["traceparent"] = job.traceparent;
  json["created"] = to_rfc3339(provenance.created);
  return json;
}

}  // namespace

Document make_document(const Job& job, outline::Language language, const Chunk& chunk,
                       const outline::Definition& target, const CheckedDraft& checked,
                       const Provenance& provenance) {
  Document document;
  document.symbol = target.symbol;
  document.kind = outline::name(target.kind);
  document.flagged = has_errors(checked.findings);
  document.fallback = provenance.fallback;
  for (const auto& finding : checked.findings) {
    document.findings.push_back(
        {finding.rule, std::string(name(finding.severity)), finding.message});
  }
  document.record = Json::object();
  document.record["schema_version"] = 1;
  document.record["subject"] = subject(job, language, chunk, target);
  document.record["doc"] = doc(checked.draft);
  document.record["checks"] = checks(checked);
  document.record["provenance"] = provenance_json(job, chunk, provenance);
  return document;
}

}  // namespace docwright::pipeline
