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
  struct Written {
    std::string_view text;    // all that this attempt's answer has by now
    bool last = false;        // it is complete, or has come to nothing
    std::string_view secret;  // was sent along, and must not be passed on where the text repeats it
  };
  virtual void wrote(const Job& job, const QuestionKey& key, int attempt,
                     const Written& written) = 0;
};

}  // namespace docwright::pipeline
