// Clients that wait for an answer: until what they asked for has ended, or their patience has.
//
// Each question is asked of the store on the pool; one that is not done is asked again when an
// event on one of its topics says that there is news, and a last time when its time is over.
// Bounded in number. Front door thread only.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/queries.h"
#include "daemon/sockets.h"
#include "runtime/clock.h"

namespace docwright::daemon {

class WaitingRoom final {
 public:
  struct Limits {
    std::size_t waiters = 10'000;  // that wait for news
    std::size_t topics = 200'000;  // that they listen to, all together
    std::size_t reads = 4'096;     // questions at the store at the same time
  };
  // Asks the store on another thread, and gives the answer back on the front door's.
  using Ask = std::function<void(Question question, bool demanded,
                                 std::move_only_function<void(Answer)> answered)>;
  using Send = std::function<void(const Peer& peer, std::string_view frame)>;
  WaitingRoom(Limits limits, Clock& clock, Ask ask, Send send);
  ~WaitingRoom();
  WaitingRoom(const WaitingRoom&) = delete;
  WaitingRoom& operator=(const WaitingRoom&) = delete;

  // Answers in time; `id` is the request's, for an answer that says busy.
  void enter(Peer peer, std::string id, Question question, Duration patience);
  // An event was committed.
  void news(const std::string& topic);
  // Sends whoever is due a last answer. Returns when the next one will be.
  Moment tick(Moment now);

  std::size_t size() const { return waiters_.size(); }

 private:
  using Number = std::uint64_t;
  struct Waiter {
    Peer peer;
    std::string id;
    Question question;
    Moment until{};
    std::vector<std::string> topics;
    bool prefixes = false;
    bool listening = false;  // stands in the indexes
    bool asking = false;     // a question of it is at the store
    bool stale = false;      // there was news since that question
  };
  void ask(Number number, Waiter& waiter);
  void answered(Number number, Answer answer, bool demanded);
  bool listen(Number number, Waiter& waiter, Answer& answer);
  void leave(Number number);
  void refuse(const Waiter& waiter, std::string message);
  void wake(Number number);

  const Limits limits_;
  Clock& clock_;
  const Ask ask_;
  const Send send_;
  Number last_ = 0;
  std::size_t reads_ = 0;
  std::size_t listening_ = 0;
  std::size_t topics_ = 0;
  std::map<Number, Waiter> waiters_;
  std::multimap<Moment, Number> due_;
  std::unordered_multimap<std::string, Number> by_topic_;
  std::multimap<std::string, Number> by_prefix_;
};

}  // namespace docwright::daemon
