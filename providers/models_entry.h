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

// Money as it is written; empty: not given.
struct PricesEntry {
  std::string as_of;  // a day
  std::string input, input_cached;
  std::string input_cache_write, input_cache_write_1h;
  std::string output;
  LongContextEntry long_context;
  int batch_percent = 100;
};

struct PriceChangeEntry {
  std::string from;  // a day
  PricesEntry prices;
};

// Its dialect's options stand beside the others.
struct ModelEntry : Dialect {
  std::string base;
  std::string provider = "openai";
  std::string api_name;
  std::vector<std::string> aliases;
  std::int64_t window_tokens = 0, input_tokens_max = 0, output_tokens_max = 0;
  std::string encoding;
  bool reasoning = false;
  PricesEntry prices;
  std::vector<PriceChangeEntry> price_changes;
  std::string retires;  // a day
  std::string replaced_by;
  std::string quota_group;
  std::string base_url;
  config::SecretRef key;
  std::map<std::string, std::string> headers;
  Json parameters = Json::object();
  std::vector<std::string> parameters_refused;
  std::vector<std::string> parameters_exclusive;
  std::vector<std::string> parameters_below_limit;
  Json parameter_words = Json::object();
  Json parameter_ranges = Json::object();
};

const config::Spec<ModelEntry>& model_entry_spec();

}  // namespace docwright::providers
