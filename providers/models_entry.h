// An entry of models.yaml as it is written, before it is a Model.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/spec.h"
#include "providers/question.h"

namespace docwright::providers {

struct LongContextEntry {
  std::int64_t over_tokens = 0;
  int input_percent = 100;
  int output_percent = 100;
};

struct PricesEntry {
  std::string input, input_cached, input_cache_write, output;  // money; empty: not given
  LongContextEntry long_context;
};

// Its dialect's options stand beside the others.
struct ModelEntry : Dialect {
  std::string provider = "openai";
  std::string api_name;
  std::vector<std::string> aliases;
  std::int64_t window_tokens = 0, input_tokens_max = 0, output_tokens_max = 0;
  bool reasoning = false;
  PricesEntry prices;
  std::string base_url;
  config::SecretRef key;
  std::map<std::string, std::string> headers;
  Json parameters = Json::object();
  std::vector<std::string> parameters_refused;
};

const config::Spec<ModelEntry>& model_entry_spec();

}  // namespace docwright::providers
