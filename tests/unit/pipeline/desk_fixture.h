// A call desk that is asked by jobs of one step each; what was sent.
#pragma once
#include <string>

#include "pipeline/call/call_desk.h"
#include "tests/support/pipeline_world.h"

namespace docwright::test {

class DeskFixture : public PipelineWorld {
 protected:
  Json sent(std::size_t number = 0) { return *parse_json(provider_.requests.at(number).body); }

  static std::string with_call(const std::string& options) {
    return "name: p\nsteps:\n  - validate\n  - chunk\n  - call: {" + options +
           "}\n  - parse\n  - store\n";
  }
};

}  // namespace docwright::test
