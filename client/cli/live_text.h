// The text of answers while models write it: what `watch --text` prints.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "client/cli/output.h"
#include "client/docwright_client.h"

namespace docwright::cli {

// Main thread only. The client outlives it.
class LiveText final {
 public:
  // Of the jobs of the selections; of a batch its first page.
  static Result<std::unique_ptr<LiveText>> open(client::Client& client,
                                                const std::vector<wire::Selection>& which);
  // Prints what comes within the time, under a heading wherever another answer speaks.
  Result<void> print(Output& out, Duration time);

 private:
  explicit LiveText(std::unique_ptr<client::Subscription> subscription)
      : subscription_(std::move(subscription)) {}
  void print(Output& out, const Json& piece);

  const std::unique_ptr<client::Subscription> subscription_;
  std::string speaking_;
};

}  // namespace docwright::cli
