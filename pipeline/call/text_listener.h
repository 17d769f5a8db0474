// Who hears what a model writes while it writes it.
#pragma once
#include <string_view>

#include "pipeline/ports.h"

namespace docwright::pipeline {

// Loop thread only; never blocks, never fails. What is heard is for people to look at: it is
// neither checked nor recorded.
class TextListener {
 public:
  virtual ~TextListener() = default;
  // All that this attempt's answer has by now; `last`: it is complete, or has come to nothing.
  virtual void wrote(const Job& job, const QuestionKey& key, int attempt, std::string_view text,
                     bool last) = 0;
};

}  // namespace docwright::pipeline
