// A provider whose first answers, or all, are as a test wants them.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "tests/support/pipeline_world.h"

namespace docwright::test {

class ScriptFixture : public PipelineWorld {
 protected:
  // The first `times` requests get `response`, later ones a right answer.
  void first(int times, CallResult<HttpResponse> response) {
    provider_.script = [times, response = std::move(response)](
                           const HttpRequest& request, int number) -> CallResult<HttpResponse> {
      return number < times ? response : CallResult<HttpResponse>(right_completion(request));
    };
  }
  void always(CallResult<HttpResponse> response) {
    first(std::numeric_limits<int>::max(), std::move(response));
  }
  std::vector<std::string> states() const {
    std::vector<std::string> states;
    for (const auto& call : journal_.calls) states.push_back(call.state);
    return states;
  }
};

}  // namespace docwright::test
