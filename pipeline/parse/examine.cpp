#include "pipeline/parse/examine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "pipeline/call/answer_schema.h"
#include "pipeline/parse/extract.h"
#include "pipeline/parse/rule.h"
#include "runtime/text.h"
#include "schemas/validator.h"

namespace docwright::pipeline {
namespace {

using outline::Definition;
using providers::Finish;

constexpr std::size_t kQuoteMax = 200;

std::string excerpt(std::string_view text) {
  std::string quote = to_valid_utf8(text.substr(0, kQuoteMax));
  return text.size() > kQuoteMax ? quote + "..." : quote;
}

schemas::Schema compiled(AnswerSchema form, std::span<const Definition> targets) {
  const RenderedSchema rendered = answer_schema(form, targets);
  // Our own: it compiles, or it is a bug.
  return schemas::Schema::compile(*rendered.schema).value();
}

std::vector<schemas::Violation> violations(const ExamineOrder& order, const Json& answer) {
  if (order.form == AnswerSchema::exact)
    return compiled(order.form, order.targets).validate(answer);
  static const schemas::Schema kShared = compiled(AnswerSchema::shared, {});
  return kShared.validate(answer);
}

// The name or number after /documents/ in a JSON pointer.
std::string_view second_token(std::string_view pointer) {
  constexpr std::string_view kHead = "/documents/";
  if (!pointer.starts_with(kHead)) return {};
  pointer.remove_prefix(kHead.size());
  return pointer.substr(0, pointer.find('/'));
}

// The symbol of the document at that place of the answer.
std::string symbol_at(const Json& answer, std::string_view token) {
  const auto documents = answer.find("documents");
  if (documents == answer.end() || !documents->is_array()) return std::string(token);
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc{} || index >= documents->size()) return {};
  const Json& document = (*documents)[index];
  if (!document.is_object() || !document.contains("symbol") || !document["symbol"].is_string())
    return {};
  return document["symbol"].get<std::string>();
}

// The symbol of the document in which a cut answer ended.
std::string cut_symbol(const Extracted& extracted) {
  if (!extracted.cut) return {};
  const auto documents = extracted.value.find("documents");
  if (documents == extracted.value.end() || !documents->is_structured() || documents->empty())
    return {};
  if (documents->is_object()) return std::prev(documents->end()).key();
  return symbol_at(extracted.value, std::to_string(documents->size() - 1));
}

class Examiner final {
 public:
  explicit Examiner(const ExamineOrder& order) : order_(order) {
    result_.documents.resize(order.targets.size());
  }

  Examination run() {
    if (const std::string refusal = refused(); !refusal.empty()) {
      result_.refused = true;
      return unusable(refusal);
    }
    Result<Extracted> extracted =
        extract_object(order_.answer.text, "documents", order_.rules.repair);
    if (!extracted) {
      if (order_.answer.finish == Finish::length)
        return unusable("the answer was cut at its limit before its first document");
      return unusable(extracted.error().message);
    }
    read(*extracted);
    if (std::ranges::none_of(result_.documents, &Examination::Document::written)) {
      return unusable(extracted->cut ? "the answer was cut before its first document was complete"
                                     : "the answer has no document of any of the definitions");
    }
    note_repairs(*extracted);
    note_violations(*extracted);
    return std::move(result_);
  }

 private:
  std::string refused() const {
    if (order_.answer.finish == Finish::refusal)
      return fmt::format("the model refused: \"{}\"", excerpt(order_.answer.text));
    if (order_.answer.finish == Finish::content_filter)
      return "the provider's content filter withheld the answer";
    return {};
  }

  Examination unusable(std::string why) {
    result_.unusable = std::move(why);
    const Finding finding{"J01", severity_of("J01", order_.rules), "/doc", result_.unusable};
    for (auto& document : result_.documents) document.findings = {finding};
    return std::move(result_);
  }

  void read(const Extracted& extracted) {
    Drafts drafts = read_drafts(extracted.value, order_.targets);
    const std::string cut = cut_symbol(extracted);
    for (std::size_t i = 0; i < order_.targets.size(); ++i) {
      const Definition& target = order_.targets[i];
      Examination::Document& document = result_.documents[i];
      const auto draft = drafts.by_symbol.find(target.symbol);
      if (draft == drafts.by_symbol.end()) {
        document.findings.push_back(missing(drafts.strangers));
        continue;
      }
      document.written = true;
      document.draft = std::move(draft->second);
      const Subject subject{target, order_.language, order_.source, cut == target.symbol};
      document.findings = check(document.draft, subject, order_.rules);
    }
  }

  Finding missing(const std::vector<std::string>& strangers) const {
    Finding finding = missing_document(order_.rules);
    if (!strangers.empty())
      finding.message +=
          fmt::format("; it has one of '{}', which was not asked for", strangers.front());
    return finding;
  }

  // What was mended on the way to the JSON is on every document's record.
  void note_repairs(const Extracted& extracted) {
    if (extracted.repairs.empty()) return;
    std::vector<std::string_view> names;
    for (const Repair repair : extracted.repairs) names.push_back(name(repair));
    const Finding finding{"J01", Severity::warning, "/doc",
                          fmt::format("{}", fmt::join(names, "; ")), true};
    if (severity_of("J01", order_.rules) == Severity::off) return;
    for (auto& document : result_.documents) document.findings.push_back(finding);
  }

  void note_violations(const Extracted& extracted) {
    const Severity severity = severity_of("J02", order_.rules);
    if (severity == Severity::off || extracted.cut) return;
    for (const schemas::Violation& violation : violations(order_, extracted.value)) {
      const std::string symbol = symbol_at(extracted.value, second_token(violation.pointer));
      const auto target = std::ranges::find(order_.targets, symbol, &Definition::symbol);
      if (target == order_.targets.end()) continue;
      auto& document = result_.documents[static_cast<std::size_t>(target - order_.targets.begin())];
      if (!document.written ||
          std::ranges::find(document.findings, "J02", &Finding::rule) != document.findings.end())
        continue;
      document.findings.push_back(
          {"J02", severity, "/doc",
           fmt::format("the answer at {}: {}", violation.pointer, violation.message)});
    }
  }

  const ExamineOrder& order_;
  Examination result_;
};

// Bad words are not quoted back: the rule says what is wanted.
std::string complaint(const Finding& finding) {
  if (!finding.rule.starts_with('S')) return finding.message;
  const auto info = std::ranges::find(all_checks(), finding.rule, &CheckInfo::id);
  return info == all_checks().end() ? finding.message : std::string(info->sentence);
}

}  // namespace

Examination examine(const ExamineOrder& order) {
  return Examiner(order).run();
}

std::string correction(const Examination& examination, std::span<const Definition> targets) {
  std::string text = "An earlier answer to this question was wrong. ";
  if (!examination.usable()) {
    return text + fmt::format(
                      "It could not be used: {}. Answer with one JSON object of the form asked for "
                      "and nothing else.",
                      examination.unusable);
  }
  text += "Answer for the definitions listed here only, and mind what was wrong:\n";
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& findings = examination.documents[i].findings;
    if (!has_errors(findings)) continue;
    text += fmt::format("- {}\n", targets[i].symbol);
    for (const Finding& finding : findings) {
      if (!finding.fixed) text += fmt::format("  - {}: {}\n", finding.rule, complaint(finding));
    }
  }
  return text;
}

}  // namespace docwright::pipeline
