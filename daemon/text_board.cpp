#include "daemon/text_board.h"

#include <fmt/format.h>

#include <algorithm>

#include "providers/forget_key.h"
#include "schemas/wire.h"

namespace docwright::daemon {
namespace {

constexpr std::string_view kPrefix = "text.";
constexpr Duration kBetweenPieces = std::chrono::milliseconds(250);
// Topics are what clients make of them; more are not listened to.
constexpr std::size_t kTopicsMax = 10'000;

}  // namespace

void TextBoard::subscribed(std::string_view topic, bool on) {
  if (!topic.starts_with(kPrefix)) return;
  loop_.post([this, name = std::string(topic), on] {
    if (!on) {
      topics_.erase(name);
    } else if (topics_.size() < kTopicsMax) {
      topics_.insert(name);
    }
    if (topics_.empty()) calls_.clear();
  });
}

// One job's, or those of all.
bool TextBoard::listens(const std::string& topic) const {
  return topics_.contains(topic) || topics_.contains(kPrefix);
}

void TextBoard::wrote(const pipeline::Job& job, const pipeline::QuestionKey& key, int attempt,
                      const Written& written) {
  if (topics_.empty()) return;
  const std::string topic = fmt::format("{}{}", kPrefix, job.id);
  if (!listens(topic)) return;
  const std::string name = fmt::format("{} {} {} {} {} {}", job.id, key.chunk, key.step,
                                       key.question, key.sample, attempt);
  Call& call = calls_[name];
  const Moment now = loop_.clock().moment();
  if (!written.last && now < call.next) return;
  // A whole answer holds the secret no more; while it comes, it can be half of it.
  const std::string text =
      written.last ? std::string(written.text) : providers::shown_of(written.text, written.secret);
  if (!written.last && text.size() <= call.told) return;
  const std::size_t begin = std::min(call.told, text.size());
  call = {text.size(), now + kBetweenPieces};
  publish_(topic, {{"event", "text"},
                   {"path", job.path},
                   {"chunk", key.chunk},
                   {"step", key.step},
                   {"question", key.question},
                   {"sample", key.sample},
                   {"attempt", attempt},
                   {"begin", begin},
                   {"text", text.substr(begin)},
                   {"last", written.last}});
  if (written.last) calls_.erase(name);
}

TextBoard::Publish through(FrontDoor& door, Clock& clock, std::string instance) {
  return [&door, &clock, instance = std::move(instance)](const std::string& topic, Json event) {
    const wire::EventView view{.at = clock.now(), .topic = topic, .event = std::move(event)};
    door.post(
        [&door, topic, frame = wire::render_event(view, instance)] { door.publish(topic, frame); });
  };
}

}  // namespace docwright::daemon
