#include "client/cli/live_text.h"

#include <fmt/format.h>

namespace docwright::cli {
namespace {

// "src/a.py, chunk 2, draft"; what is usual is not said.
std::string heading(const Json& piece) {
  std::string text = fmt::format("{}, chunk {}, {}", piece.value("path", ""),
                                 piece.value("chunk", 0), piece.value("step", ""));
  for (const auto& [member, usual] : {std::pair("question", 0), {"sample", 0}, {"attempt", 1}}) {
    const int number = piece.value(member, usual);
    if (number != usual) text += fmt::format(", {} {}", member, number);
  }
  return text;
}

Result<std::vector<std::string>> topics_of(client::Client& client, const wire::Selection& which) {
  auto request = client::request_for<wire::StatusRequest>(which);
  request.limit = wire::kPageMax;
  const auto page = client.ask(request);
  if (!page) return std::unexpected(page.error());
  std::vector<std::string> topics;
  for (const wire::JobView& job : page->jobs) topics.push_back("text." + job.id);
  return topics;
}

}  // namespace

Result<std::unique_ptr<LiveText>> LiveText::open(client::Client& client,
                                                 const std::vector<wire::Selection>& which) {
  std::vector<std::string> topics;
  for (const wire::Selection& selection : which) {
    auto some = topics_of(client, selection);
    if (!some) return std::unexpected(some.error());
    topics.insert(topics.end(), some->begin(), some->end());
  }
  auto subscription = client.subscribe(topics);
  if (!subscription) return std::unexpected(subscription.error());
  return std::unique_ptr<LiveText>(new LiveText(std::move(*subscription)));
}

Result<void> LiveText::print(Output& out, Duration time) {
  const SystemClock clock;
  const Moment end = clock.moment() + time;
  for (Moment now = clock.moment(); now < end; now = clock.moment()) {
    const auto received = subscription_->next(end - now);
    if (!received) return std::unexpected(received.error());
    if (*received) print(out, (*received)->event.event);
  }
  return {};
}

void LiveText::print(Output& out, const Json& piece) {
  std::string speaker = heading(piece);
  if (speaker != speaking_) {
    if (!speaking_.empty()) out.data("\n");
    out.data(fmt::format("--- {}\n", printable(speaker)));
    speaking_ = std::move(speaker);
  }
  out.data(printable(piece.value("text", ""), true));
  if (!piece.value("last", false)) return;
  out.data("\n");
  speaking_.clear();
}

}  // namespace docwright::cli
