// Routes over scripted models: who was asked, and who wrote.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/support/pipeline_world.h"

namespace docwright::test {

class RoutesFixture : public PipelineWorld {
 protected:
  void routes(const std::string& yaml) {
    const auto node = config::parse_yaml("docwright.yaml", yaml);
    routes_ = Routes::parse({}, models_, *node).value();
  }
  // A job of one function whose calls name this.
  std::shared_ptr<Job> asking(const std::string& model, int chunks = 1, std::int64_t row = 1) {
    std::string steps = kTestSteps;
    steps.replace(steps.find("model: test"), 11, "model: " + model);
    return planned_job(chunks, 1, row, steps);
  }
  // What each model's requests get; a right answer where it is not among them.
  void provide(std::map<std::string, CallResult<HttpResponse>> answers) {
    provider_.script = [answers = std::move(answers)](const HttpRequest& request,
                                                      int) -> CallResult<HttpResponse> {
      const auto found = answers.find(model_of(request));
      return found == answers.end() ? CallResult<HttpResponse>(right_completion(request))
                                    : found->second;
    };
  }
  static std::string model_of(const HttpRequest& request) {
    return (*parse_json(request.body))["model"].get<std::string>();
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> models;
    for (const HttpRequest& request : provider_.requests) models.push_back(model_of(request));
    return models;
  }
  std::string written_by(std::string_view symbol) {
    return documents_.of(symbol).record["provenance"]["model"].get<std::string>();
  }
};

}  // namespace docwright::test
