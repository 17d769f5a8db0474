#include "providers/models_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "runtime/text.h"

namespace docwright::providers {
namespace {

using config::Node;
using config::Reading;

bool good_name(std::string_view name) {
  if (name.empty() || name.size() > 200) return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-:/@+").contains(c);
  });
}

// What the server calls it where nothing is said: the name, after its last slash.
std::string api_name_of(std::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

class TableReader final {
 public:
  explicit TableReader(Reading& reading) : reading_(reading) {}

  void list(const Models::NamedText& text) {
    Result<Node> root = config::parse_yaml(text.first, text.second);
    if (!root) {
      reading_.errors.push_back(root.error());
      return;
    }
    if (root->kind == Node::Kind::null) return;
    const Node& kept = roots_.emplace_back(std::move(*root));
    for (const Node::Entry& entry : kept.entries) {
      if (entry.key == "models" || entry.key == "defaults" || entry.key == "default_of") continue;
      reading_.fail(
          entry.mark,
          fmt::format("'{}' is unknown here: expected 'models', 'defaults' and 'default_of'",
                      entry.key));
    }
    if (kept.kind != Node::Kind::map) {
      reading_.fail(kept.mark, "expected a mapping with 'models', got " + described(kept));
    }
    const Node* defaults = kept.find("defaults");
    if (defaults != nullptr) check(*defaults);
    if (const Node* models = kept.find("models")) add(*models, defaults);
    if (const Node* default_of = kept.find("default_of")) name_defaults(*default_of);
  }

  void add(const Node& models, const Node* defaults) {
    if (models.kind == Node::Kind::null) return;
    if (models.kind != Node::Kind::map) {
      reading_.fail(models.mark,
                    "'models': expected a mapping of names to models, got " + described(models));
      return;
    }
    for (const Node::Entry& item : models.entries) {
      if (good_name(item.key)) {
        layers_[item.key].push_back({&item, defaults});
        continue;
      }
      reading_.fail(
          item.mark,
          fmt::format("'{}' is no name for a model: expected letters, digits and . _ - : / @ +",
                      item.key));
    }
  }

  WrittenModels made() {
    for (const auto& [name, layers] : layers_) entry(name);
    return {std::move(table_), std::move(default_of_)};
  }

 private:
  struct Layer {
    const Node::Entry* written;
    const Node* defaults;  // by provider; nullptr: none
  };
  using Layers = std::vector<Layer>;

  // Each entry reads the defaults again; what is wrong with them is said once, here.
  void check(const Node& defaults) {
    for (const Node::Entry& item : defaults.entries) {
      ModelEntry scratch;
      model_entry_spec().read(item.value, &scratch, "defaults." + item.key, reading_);
    }
  }

  void name_defaults(const Node& default_of) {
    for (const Node::Entry& item : default_of.entries) {
      if (item.value.kind == Node::Kind::scalar) {
        default_of_[item.key] = {item.value.text, item.value.mark};
      } else {
        reading_.fail(item.value.mark, fmt::format("'default_of.{}': expected a model, got {}",
                                                   item.key, described(item.value)));
      }
    }
  }

  // nullptr where its base is missing or leads back to it.
  const WrittenModel* entry(const std::string& name) {
    if (const auto done = table_.find(name); done != table_.end()) return &done->second;
    if (failed_.contains(name)) return nullptr;
    const Layers& layers = layers_.find(name)->second;
    failed_.insert(name);  // until it is made: so a circle ends
    WrittenModel written;
    if (const Node* base = last(layers, "base"); base != nullptr && !base->text.empty()) {
      const WrittenModel* found = base_of(name, *base);
      if (found == nullptr) return nullptr;
      const Node* provider = last(layers, "provider");
      const bool moved = last(layers, "base_url") != nullptr ||
                         (provider != nullptr && provider->text != found->entry.provider);
      written = derived(*found, base->text, moved);
    } else {
      start(layers.front(), written.entry);
    }
    for (const Layer& layer : layers) lay(layer, name, written);
    failed_.erase(name);
    return &table_.emplace(name, std::move(written)).first->second;
  }

  const WrittenModel* base_of(const std::string& name, const Node& base) {
    const std::string place = fmt::format("'models.{}.base'", name);
    if (!layers_.contains(base.text)) {
      std::vector<std::string_view> known;
      for (const auto& [other, layers] : layers_) known.push_back(other);
      reading_.fail(base.mark, fmt::format("{}: there is no model '{}'{}", place, base.text,
                                           did_you_mean(base.text, known)));
      return nullptr;
    }
    const std::size_t errors = reading_.errors.size();
    const WrittenModel* found = entry(base.text);
    if (found == nullptr && reading_.errors.size() == errors) {
      reading_.fail(base.mark, fmt::format("{}: '{}' is made of this one", place, base.text));
    }
    return found;
  }

  // Another server, or another provider, must not get the key that was meant for the first.
  static WrittenModel derived(const WrittenModel& base, const std::string& name, bool moved) {
    WrittenModel made;
    made.entry = base.entry;
    made.priced = base.priced;
    made.entry.aliases.clear();
    if (made.entry.api_name.empty()) made.entry.api_name = api_name_of(name);
    if (moved) {
      made.entry.key = {};
      made.entry.headers.clear();
    }
    return made;
  }

  static void start(const Layer& first, ModelEntry& entry) {
    if (first.defaults == nullptr) return;
    const Node* provider = first.written->value.find("provider");
    const Node* defaults =
        first.defaults->find(provider == nullptr ? entry.provider : provider->text);
    Reading reported_before;
    if (defaults != nullptr)
      model_entry_spec().read(*defaults, &entry, "defaults", reported_before);
  }

  void lay(const Layer& layer, const std::string& name, WrittenModel& written) {
    const Node& node = layer.written->value;
    written.mark = layer.written->mark;
    for (const Node::Entry& option : node.entries) written.marks[option.key] = option.value.mark;
    if (node.find("prices") != nullptr) replace_prices(written);
    const Json words = written.entry.parameter_words, ranges = written.entry.parameter_ranges;
    model_entry_spec().read(node, &written.entry, "models." + name, reading_);
    keep(words, written.entry.parameter_words);
    keep(ranges, written.entry.parameter_ranges);
  }

  // What is said of one parameter says nothing of the others.
  static void keep(const Json& before, Json& now) {
    for (const auto& [parameter, rule] : before.items()) {
      if (!now.contains(parameter)) now[parameter] = rule;
    }
  }

  // Other prices than the list's: neither its day nor what it knows of the future holds for them.
  // Where it knows of a change, half of the old prices would be a guess.
  static void replace_prices(WrittenModel& written) {
    if (!written.priced) {
      written.priced = true;
      return;
    }
    if (!written.entry.price_changes.empty()) written.entry.prices = {};
    written.entry.price_changes.clear();
    written.entry.prices.as_of.clear();
  }

  static const Node* last(const Layers& layers, std::string_view option) {
    const Node* found = nullptr;
    for (const Layer& layer : layers) {
      if (const Node* node = layer.written->value.find(option)) found = node;
    }
    return found;
  }

  Reading& reading_;
  std::deque<Node> roots_;  // what layers_ points into
  std::map<std::string, Layers, std::less<>> layers_;
  ModelTable table_;
  std::map<std::string, WrittenModels::Default, std::less<>> default_of_;
  std::set<std::string, std::less<>> failed_;
};

}  // namespace

WrittenModels read_models(const std::vector<Models::NamedText>& lists, const Node& further,
                          Reading& reading) {
  TableReader reader(reading);
  for (const Models::NamedText& text : lists) reader.list(text);
  reader.add(further, nullptr);
  return reader.made();
}

}  // namespace docwright::providers
