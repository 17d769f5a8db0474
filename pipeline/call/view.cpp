#include "pipeline/call/view.h"

#include <fmt/format.h>

#include <algorithm>

namespace docwright::pipeline {
namespace {

using outline::Definition;

void mark_last(Json& list) {
  for (std::size_t i = 0; i < list.size(); ++i) list[i]["last"] = i + 1 == list.size();
}

Json parameters_view(const std::vector<outline::Parameter>& parameters) {
  Json list = Json::array();
  for (const outline::Parameter& parameter : parameters) {
    if (parameter.name.empty()) continue;
    list.push_back({{"name", parameter.name},
                    {"type", parameter.type},
                    {"default", parameter.default_value},
                    {"kind", parameter.kind}});
  }
  mark_last(list);
  return list;
}

Json names_view(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push_back({{"name", name}});
  mark_last(list);
  return list;
}

// Counts lines once over the whole source, asked in ascending order.
class Lines final {
 public:
  explicit Lines(std::string_view source) : source_(source) {}

  std::int64_t of(std::uint32_t offset) {
    const std::size_t end = std::min<std::size_t>(offset, source_.size());
    if (end < counted_) counted_ = 0, line_ = 1;
    line_ += std::count(source_.begin() + static_cast<std::ptrdiff_t>(counted_),
                        source_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    counted_ = end;
    return line_;
  }

 private:
  std::string_view source_;
  std::size_t counted_ = 0;
  std::int64_t line_ = 1;
};

Json target_view(const Definition& target, Lines& lines) {
  const std::int64_t first = lines.of(target.extent.begin);
  const std::int64_t last = lines.of(std::max(target.extent.end, target.extent.begin + 1) - 1);
  return {{"symbol", target.symbol},
          {"name", target.name},
          {"kind", outline::name(target.kind)},
          {"signature", target.signature},
          {"parameters", parameters_view(target.parameters)},
          {"type_parameters", parameters_view(target.type_parameters)},
          {"return_type", target.return_type.value_or("")},
          {"returns_value", target.returns_value},
          {"yields", target.yields},
          {"raises", names_view(target.raises)},
          {"flags", names_view(target.flags)},
          {"visibility", target.visibility},
          {"existing_doc", target.existing_doc},
          {"lines", fmt::format("{}-{}", first, last)}};
}

Json documents_view(const Checked& checked, const Chunk& chunk) {
  Json documents = Json::array();
  for (std::size_t i = 0; i < checked.drafts.size() && i < chunk.targets.size(); ++i) {
    documents.push_back({{"symbol", chunk.targets[i].symbol},
                         {"summary", checked.drafts[i].draft.summary},
                         {"description", checked.drafts[i].draft.description}});
  }
  mark_last(documents);
  return documents;
}

Json steps_view(const ChunkRun& chunk) {
  Json steps = Json::object();
  for (const auto& [step, asked] : chunk.asked) steps[step] = {{"text", asked.answer.answer.text}};
  for (const auto& [step, checked] : chunk.checked) {
    steps[step] = {{"documents", documents_view(checked, chunk.chunk)}};
  }
  return steps;
}

}  // namespace

Json prompt_view(const ViewOf& of) {
  const std::string_view source = *of.job.source;
  const outline::Range range = of.chunk.chunk.range;
  Lines lines(source);
  Json targets = Json::array();
  for (const Definition& target : of.targets) targets.push_back(target_view(target, lines));
  mark_last(targets);
  return {{"project", of.job.project},
          {"path", of.job.path},
          {"language", outline::name(of.language)},
          {"answer_language", of.answer_language},
          {"code", source.substr(range.begin, range.end - range.begin)},
          {"scope", of.chunk.chunk.scope},
          {"targets", std::move(targets)},
          {"facts", prompt_facts(of.targets)},
          {"steps", steps_view(of.chunk)}};
}

std::string prompt_facts(std::span<const Definition> targets) {
  Json list = Json::array();
  for (const Definition& target : targets) {
    Json facts = {{"symbol", target.symbol}, {"kind", outline::name(target.kind)}};
    Json parameters = Json::array();
    for (const outline::Parameter& parameter : target.parameters) {
      if (!parameter.name.empty()) parameters.push_back({{"name", parameter.name}});
    }
    if (!parameters.empty()) facts["parameters"] = std::move(parameters);
    if (target.returns_value && !target.yields) facts["returns_value"] = true;
    if (target.yields) facts["yields"] = true;
    if (!target.raises.empty()) facts["raises"] = target.raises;
    list.push_back(std::move(facts));
  }
  return dump_json({{"targets", std::move(list)}});
}

}  // namespace docwright::pipeline
