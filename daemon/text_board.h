// Publishes what models write while they write it, as far as somebody listens: on the topic
// text.JOB, in pieces, a few a second of each call. Nothing of it is stored or numbered.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "daemon/front_door.h"
#include "pipeline/call/text_listener.h"
#include "runtime/loop.h"

namespace docwright::daemon {

// Loop thread only, except subscribed().
class TextBoard final : public pipeline::TextListener {
 public:
  explicit TextBoard(Loop& loop) : loop_(loop) {}

  // Where the pieces go: a topic, and what the message says (docs/protocol.md). Until then nobody
  // can listen.
  using Publish = std::function<void(const std::string& topic, Json event)>;
  void open(Publish publish) { publish_ = std::move(publish); }

  void wrote(const pipeline::Job& job, const pipeline::QuestionKey& key, int attempt,
             const Written& written) override;

  // Any thread, while the loop lives: somebody subscribes to the topic now, or nobody any more.
  // Topics of others are passed over.
  void subscribed(std::string_view topic, bool on);

 private:
  struct Call {
    std::size_t told = 0;  // bytes of the text that were published
    Moment next{};         // not before then
  };

  bool listens(const std::string& topic) const;

  Loop& loop_;
  Publish publish_;
  std::set<std::string, std::less<>> topics_;
  std::map<std::string, Call> calls_;  // that somebody listens to
};

// Publishes at the front door, which outlives it.
TextBoard::Publish through(FrontDoor& door, Clock& clock, std::string instance);

}  // namespace docwright::daemon
