#include "pipeline/call/answer_schema.h"

namespace docwright::pipeline {
namespace {

using outline::Definition;

Json text(std::string_view description) {
  return {{"type", "string"}, {"description", std::string(description)}};
}

Json object(Json properties) {
  Json required = Json::array();
  for (const auto& [name, value] : properties.items()) required.push_back(name);
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

Json list(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

Json summary() {
  return text("One sentence, at most 120 characters, ending with a full stop.");
}
Json description() {
  return text("Behaviour that the summary does not tell; empty where there is none.");
}
Json when() {
  return text("When it is raised.");
}

bool returns_value(const Definition& target) {
  return target.returns_value && !target.yields;
}

std::size_t named_parameters(const Definition& target) {
  std::size_t count = 0;
  for (const outline::Parameter& parameter : target.parameters)
    count += parameter.name.empty() ? 0 : 1;
  return count;
}

Json exact_document(const Definition& target) {
  Json properties = {{"summary", summary()}, {"description", description()}};
  if (named_parameters(target) > 0) {
    Json parameters = Json::object();
    for (const outline::Parameter& parameter : target.parameters) {
      if (!parameter.name.empty()) parameters[parameter.name] = text("What it means.");
    }
    properties["parameters"] = object(std::move(parameters));
  }
  if (returns_value(target)) properties["returns"] = text("What is returned.");
  if (target.yields) properties["yields"] = text("What is yielded.");
  if (!target.raises.empty()) {
    const Json type = {{"type", "string"}, {"enum", target.raises}};
    properties["raises"] = list(object({{"type", type}, {"when", when()}}));
  }
  return object(std::move(properties));
}

Json exact(std::span<const Definition> targets) {
  Json documents = Json::object();
  for (const Definition& target : targets) documents[target.symbol] = exact_document(target);
  return object({{"documents", object(std::move(documents))}});
}

Json shared() {
  Json document = object({
      {"symbol", text("The definition's symbol, exactly as given.")},
      {"summary", summary()},
      {"description", description()},
      {"parameters", list(object({{"name", text("Exactly as given.")},
                                  {"description", text("What it means.")}}))},
      {"returns", text("What is returned; empty where no value is returned.")},
      {"yields", text("What is yielded; empty where nothing is yielded.")},
      {"raises", list(object({{"type", text("The exception's type.")}, {"when", when()}}))},
  });
  return object({{"documents", list(std::move(document))}});
}

}  // namespace

int schema_properties(const Definition& target) {
  std::size_t count = 3;  // the symbol itself, summary, description
  if (const std::size_t parameters = named_parameters(target); parameters > 0)
    count += 1 + parameters;
  count += returns_value(target) ? 1 : 0;
  count += target.yields ? 1 : 0;
  count += target.raises.empty() ? 0 : 3;
  return static_cast<int>(count);
}

RenderedSchema answer_schema(AnswerSchema form, std::span<const Definition> targets) {
  static const RenderedSchema kShared{"documents", std::make_shared<const Json>(shared())};
  if (form == AnswerSchema::shared) return kShared;
  int properties = 1;  // "documents"
  for (const Definition& target : targets) properties += schema_properties(target);
  if (properties > kSchemaPropertiesMax) return kShared;
  return {"documents_of_chunk", std::make_shared<const Json>(exact(targets))};
}

}  // namespace docwright::pipeline
