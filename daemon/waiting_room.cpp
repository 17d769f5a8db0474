#include "daemon/waiting_room.h"

#include <utility>

#include "schemas/wire.h"

namespace docwright::daemon {

WaitingRoom::WaitingRoom(Limits limits, Clock& clock, Ask ask, Send send)
    : limits_(limits), clock_(clock), ask_(std::move(ask)), send_(std::move(send)) {}

WaitingRoom::~WaitingRoom() = default;

void WaitingRoom::enter(Peer peer, std::string id, Question question, Duration patience) {
  const Number number = ++last_;
  const Moment until = clock_.moment() + patience;
  Waiter& waiter = waiters_[number];
  waiter.peer = std::move(peer);
  waiter.id = std::move(id);
  waiter.question = std::move(question);
  waiter.until = until;
  if (reads_ >= limits_.reads) {
    refuse(waiter, "too many questions at once");
    waiters_.erase(number);
    return;
  }
  due_.emplace(until, number);
  ask(number, waiter);
}

void WaitingRoom::ask(Number number, Waiter& waiter) {
  waiter.asking = true;
  waiter.stale = false;
  ++reads_;
  const bool demanded = clock_.moment() >= waiter.until;
  ask_(waiter.question, demanded,
       [this, number, demanded](Answer answer) { answered(number, std::move(answer), demanded); });
}

void WaitingRoom::answered(Number number, Answer answer, bool demanded) {
  --reads_;
  const auto at = waiters_.find(number);
  if (at == waiters_.end()) return;
  Waiter& waiter = at->second;
  waiter.asking = false;
  if (answer.done || demanded) {
    send_(waiter.peer,
          answer.reply ? *answer.reply : wire::render_error(waiter.id, answer.reply.error()));
    return leave(number);
  }
  if (!waiter.listening) {
    if (!listen(number, waiter, answer)) {
      refuse(waiter, "too many requests wait for jobs");
      return leave(number);
    }
    // What happened between the question and now was not heard.
    waiter.stale = true;
  }
  if (waiter.stale || clock_.moment() >= waiter.until) ask(number, waiter);
}

bool WaitingRoom::listen(Number number, Waiter& waiter, Answer& answer) {
  if (listening_ >= limits_.waiters || topics_ + answer.topics.size() > limits_.topics)
    return false;
  waiter.topics = std::move(answer.topics);
  waiter.prefixes = answer.prefixes;
  waiter.listening = true;
  ++listening_;
  topics_ += waiter.topics.size();
  for (const std::string& topic : waiter.topics) {
    if (waiter.prefixes) {
      by_prefix_.emplace(topic, number);
    } else {
      by_topic_.emplace(topic, number);
    }
  }
  return true;
}

void WaitingRoom::leave(Number number) {
  const auto at = waiters_.find(number);
  const Waiter& waiter = at->second;
  const auto forget = [number](auto& index, const auto& key) {
    const auto [begin, end] = index.equal_range(key);
    for (auto each = begin; each != end; ++each) {
      if (each->second == number) {
        index.erase(each);
        return;
      }
    }
  };
  if (waiter.listening) {
    --listening_;
    topics_ -= waiter.topics.size();
    for (const std::string& topic : waiter.topics) {
      if (waiter.prefixes) {
        forget(by_prefix_, topic);
      } else {
        forget(by_topic_, topic);
      }
    }
  }
  forget(due_, waiter.until);
  waiters_.erase(at);
}

void WaitingRoom::refuse(const Waiter& waiter, std::string message) {
  Error error{Code::busy, std::move(message) + "; ask again a little later"};
  error.retry_after = std::chrono::seconds(1);
  send_(waiter.peer, wire::render_error(waiter.id, error));
}

void WaitingRoom::wake(Number number) {
  const auto at = waiters_.find(number);
  if (at == waiters_.end()) return;
  if (at->second.asking) {
    at->second.stale = true;
  } else {
    ask(number, at->second);
  }
}

void WaitingRoom::news(const std::string& topic) {
  std::vector<Number> concerned;
  const auto [begin, end] = by_topic_.equal_range(topic);
  for (auto each = begin; each != end; ++each) concerned.push_back(each->second);
  for (const auto& [prefix, number] : by_prefix_) {
    if (topic.starts_with(prefix)) concerned.push_back(number);
  }
  for (const Number number : concerned) wake(number);
}

Moment WaitingRoom::tick(Moment now) {
  std::vector<Number> overdue;
  auto next = due_.begin();
  for (; next != due_.end() && next->first <= now; ++next) overdue.push_back(next->second);
  const Moment then = next == due_.end() ? Moment::max() : next->first;
  for (const Number number : overdue) {
    // One whose question is at the store is asked again when that has come back (answered()).
    const auto at = waiters_.find(number);
    if (at != waiters_.end() && !at->second.asking) ask(number, at->second);
  }
  return then;
}

}  // namespace docwright::daemon
