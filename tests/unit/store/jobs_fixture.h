// What tests of jobs look at: the events, and the paths of what was claimed.
#pragma once
#include <string>
#include <vector>

#include "store/events.h"
#include "store/jobs.h"
#include "tests/support/store_fixture.h"

namespace docwright::test {

class JobsFixture : public StoreTest {
 protected:
  std::vector<std::string> events() {
    std::vector<std::string> topics;
    for (const auto& event : store::events_since(database(), 0, "", 100)) {
      topics.push_back(event.topic + " " +
                       parse_json(event.body).value().value("event", std::string()));
    }
    return topics;
  }
  std::vector<std::string> paths(const std::vector<store::Claimed>& jobs) {
    std::vector<std::string> found;
    for (const auto& job : jobs) found.push_back(job.path);
    return found;
  }
};

}  // namespace docwright::test
