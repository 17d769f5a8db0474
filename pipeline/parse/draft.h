// What a model wrote about one target, in one form whatever the shape of the answer's schema: what
// the checks read and mend.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "outline/outline.h"
#include "runtime/json.h"

namespace docwright::pipeline {

struct Draft {
  struct Named {
    std::string name;
    std::string description;
    bool operator==(const Named&) const = default;
  };
  struct Raise {
    std::string type;
    std::string when;
    bool operator==(const Raise&) const = default;
  };

  std::string summary, description;
  std::vector<Named> parameters;  // as written: order and duplicates kept
  std::string returns, yields;    // empty: nothing was said
  std::vector<Raise> raises;

  bool operator==(const Draft&) const = default;
};

struct Drafts {
  std::map<std::string, Draft, std::less<>> by_symbol;  // of targets only
  std::vector<std::string> strangers;                   // documents of symbols that are no target
};

// Reads both shapes, {"documents": {SYMBOL: {...}}} and {"documents": [{"symbol": ..., ...}]},
// leniently in form: a text may stand as {"description": text}, parameters as a mapping or a list,
// a single target's document without its symbol. Whether the content is right is for the checks.
Drafts read_drafts(const Json& answer, std::span<const outline::Definition> targets);

// The `doc` part of a document record: only members that say something.
Json to_json(const Draft& draft);

}  // namespace docwright::pipeline
