// R01, R02, R03: what is returned and yielded is documented, and nothing else.
#include <array>
#include <string>

#include "pipeline/parse/rule.h"

namespace docwright::pipeline {
namespace {

// "None.", "void", "Nothing": a way to say that there is nothing to say.
bool says_nothing(std::string_view text) {
  std::string words;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      words += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || c == ' ' || c == '/') {
      words += c;
    }
  }
  constexpr std::array<std::string_view, 14> kNothings = {"",
                                                          "none",
                                                          "void",
                                                          "nothing",
                                                          "na",
                                                          "n/a",
                                                          "null",
                                                          "no value",
                                                          "no return value",
                                                          "returns nothing",
                                                          "returns none",
                                                          "this function does not return a value",
                                                          "does not return a value",
                                                          "nothing is returned"};
  for (const std::string_view nothing : kNothings) {
    if (words == nothing) return true;
  }
  return false;
}

void drop(Checking& checking, std::string& text, std::string_view rule, std::string_view path,
          const std::string& why) {
  if (text.empty()) return;
  if (!checking.may_repair()) return checking.found(rule, path, why);
  text.clear();
  checking.mended(rule, path, why + "; removed");
}

}  // namespace

void check_returns(Checking& checking) {
  const outline::Definition& target = checking.target;
  std::string& returns = checking.doc.returns;
  std::string& yields = checking.doc.yields;

  if (!is_callable(target.kind)) {
    drop(checking, returns, "R01", "/returns", "this kind of definition returns nothing");
    drop(checking, yields, "R03", "/yields", "this kind of definition yields nothing");
    return;
  }
  if (!target.returns_value && says_nothing(returns)) returns.clear();
  if (!target.yields && says_nothing(yields)) yields.clear();

  if (target.yields && yields.empty() && !returns.empty() && !target.returns_value &&
      checking.may_repair()) {
    yields = std::move(returns);
    returns.clear();
    checking.mended("R03", "/yields", "the values are yielded, not returned; moved");
  }
  if (!target.returns_value && !target.yields && target.kind != outline::Kind::macro &&
      !returns.empty()) {
    checking.found("R01", "/returns", "a returned value is documented, but none is returned");
  }
  const bool structor =
      target.kind == outline::Kind::constructor || target.kind == outline::Kind::destructor;
  if (target.returns_value && !target.yields && !structor && returns.empty()) {
    checking.found("R02", "/returns", "a value is returned, but not documented");
  }
  if (target.yields && yields.empty())
    checking.found("R03", "/yields", "values are yielded, but not documented");
  if (!target.yields && !yields.empty()) {
    checking.found("R03", "/yields", "yielded values are documented, but nothing is yielded");
  }
}

}  // namespace docwright::pipeline
