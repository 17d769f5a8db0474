// The entries of models.yaml and of the configuration, laid over each other by name: each with what
// its list's defaults and its base say first.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/spec.h"
#include "providers/models.h"
#include "providers/models_entry.h"

namespace docwright::providers {

// An entry and where it (and each of its options, the last time it was given) stands.
struct WrittenModel {
  ModelEntry entry;
  config::Mark mark;
  std::map<std::string, config::Mark, std::less<>> marks;
  bool priced = false;

  const config::Mark& at(std::string_view option) const {
    const auto found = marks.find(option);
    return found == marks.end() ? mark : found->second;
  }
};
using ModelTable = std::map<std::string, WrittenModel, std::less<>>;

struct WrittenModels {
  ModelTable table;
  struct Default {
    std::string model;
    config::Mark mark;
  };
  std::map<std::string, Default, std::less<>> default_of;  // by provider; the last list's word
};

// A list has `models`; `defaults` by provider: what each of its entries starts from; and
// `default_of` by provider: the model that is meant where the provider alone is named. `further` is
// a mapping of models alone. What is wrong is reported; an entry whose base is missing is left out.
WrittenModels read_models(const std::vector<Models::NamedText>& lists, const config::Node& further,
                          config::Reading& reading);

}  // namespace docwright::providers
