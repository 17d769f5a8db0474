// P01, P02, P03: the documented parameters are those of the signature.
#include <fmt/format.h>

#include <algorithm>

#include "pipeline/parse/rule.h"
#include "runtime/text.h"

namespace docwright::pipeline {
namespace {

using Named = Draft::Named;

std::string path_of(std::string_view parameter) {
  return "/parameters/" + pointer_token(parameter);
}

bool is_receiver(std::string_view name) {
  return name == "self" || name == "cls" || name == "this";
}

bool is_signature(std::string_view name, const std::vector<outline::Parameter>& parameters) {
  return std::ranges::find(parameters, name, &outline::Parameter::name) != parameters.end();
}

// "`*args`", "timeout:", "int timeout = 3" as models write them: the name within.
std::string_view bare(std::string_view name) {
  name = name.substr(0, name.find_first_of(":="));
  while (!name.empty() && (name.back() == ' ' || name.back() == '`' || name.back() == ']'))
    name.remove_suffix(1);
  const std::size_t last = name.find_last_of(" *&`[.");
  return last == name.npos ? name : name.substr(last + 1);
}

// Names that differ in decoration only are mended; what needs no documentation is taken out.
void normalise(Checking& checking) {
  std::vector<Named> kept;
  for (Named& parameter : checking.doc.parameters) {
    if (!is_signature(parameter.name, checking.target.parameters)) {
      const std::string_view name = bare(parameter.name);
      if (is_signature(name, checking.target.parameters)) {
        parameter.name = std::string(name);
      } else if (is_receiver(name) || is_signature(name, checking.target.type_parameters)) {
        checking.mended(
            "P02", path_of(parameter.name),
            fmt::format("'{}' is not a parameter to document; removed", parameter.name));
        continue;
      }
    }
    kept.push_back(std::move(parameter));
  }
  checking.doc.parameters = std::move(kept);
}

void drop_all(Checking& checking) {
  if (checking.doc.parameters.empty()) return;
  const std::string what =
      fmt::format("a {} has no parameters", outline::name(checking.target.kind));
  if (!checking.may_repair()) return checking.found("P02", "/parameters", what);
  checking.doc.parameters.clear();
  checking.mended("P02", "/parameters", what + "; removed");
}

void unknown_ones(Checking& checking) {
  std::vector<std::string_view> names;
  for (const outline::Parameter& parameter : checking.target.parameters)
    names.push_back(parameter.name);
  for (const Named& parameter : checking.doc.parameters) {
    if (is_signature(parameter.name, checking.target.parameters)) continue;
    checking.found("P02", path_of(parameter.name),
                   fmt::format("'{}' is not a parameter{}", parameter.name,
                               did_you_mean(parameter.name, names)));
  }
}

void missing_ones(Checking& checking) {
  for (const outline::Parameter& parameter : checking.target.parameters) {
    if (parameter.name.empty()) continue;  // unnamed, as C and C++ allow
    const auto found = std::ranges::find_if(checking.doc.parameters, [&](const Named& documented) {
      return documented.name == parameter.name && !documented.description.empty();
    });
    if (found != checking.doc.parameters.end()) continue;
    checking.found("P01", path_of(parameter.name),
                   fmt::format("the parameter '{}' is not documented", parameter.name));
  }
}

// The first text of each parameter stands; the order is the signature's, strangers at the end.
void order(Checking& checking) {
  std::vector<Named> unique;
  for (const Named& parameter : checking.doc.parameters) {
    const auto same = std::ranges::find(unique, parameter.name, &Named::name);
    if (same == unique.end()) {
      unique.push_back(parameter);
    } else if (same->description.empty()) {
      same->description = parameter.description;
    }
  }
  std::vector<Named> ordered;
  for (const outline::Parameter& parameter : checking.target.parameters) {
    const auto documented = std::ranges::find(unique, parameter.name, &Named::name);
    if (documented != unique.end()) ordered.push_back(*documented);
  }
  for (Named& parameter : unique) {
    if (!is_signature(parameter.name, checking.target.parameters)) ordered.push_back(parameter);
  }
  if (ordered == checking.doc.parameters) return;
  const bool twice = ordered.size() != checking.doc.parameters.size();
  const char* what =
      twice ? "a parameter is documented twice" : "the order is not that of the signature";
  if (!checking.may_repair()) return checking.found("P03", "/parameters", what);
  checking.doc.parameters = std::move(ordered);
  checking.mended("P03", "/parameters", std::string(what) + "; mended");
}

}  // namespace

void check_parameters(Checking& checking) {
  if (!is_callable(checking.target.kind) && checking.target.parameters.empty())
    return drop_all(checking);
  if (checking.may_repair()) normalise(checking);
  missing_ones(checking);
  unknown_ones(checking);
  order(checking);
}

}  // namespace docwright::pipeline
