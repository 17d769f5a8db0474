#include "daemon/reception.h"

#include <algorithm>
#include <utility>

#include "daemon/metrics.h"
#include "daemon/submission.h"
#include "daemon/views.h"
#include "runtime/text.h"
#include "store/rejects.h"

namespace docwright::daemon {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

// The beginning of a message, for the table of rejects.
std::string head_of(Frames frames) {
  constexpr std::size_t kHeadBytes = 512;
  return frames.empty() ? std::string() : std::string(frames.front().substr(0, kHeadBytes));
}

Error draining() {
  Error error{Code::unavailable,
              "docwright is stopping: send it again, with the same key, when it is back"};
  error.retry_after = std::chrono::seconds(2);
  return error;
}

// None of its jobs is due, for its delay or its deadline, before then.
Time first_due(const store::NewBatch& batch) {
  Time due = Time::max();
  for (const store::NewJob& job : batch.jobs)
    due = std::min(due, job.not_before.value_or(job.deadline));
  return due;
}

wire::SubmitReply reply_of(store::Accepted accepted, std::vector<std::string> warnings) {
  wire::SubmitReply reply{
      .batch = std::move(accepted.batch), .jobs = {}, .warnings = std::move(warnings)};
  reply.jobs.reserve(accepted.jobs.size());
  for (store::Accepted::One& job : accepted.jobs)
    reply.jobs.push_back({std::move(job.id), std::string(name(job.state)), job.duplicate});
  return reply;
}

}  // namespace

Reception::Reception(Parts parts, ReceptionOptions options)
    : parts_(std::move(parts)),
      options_(options),
      waiting_(
          options_.waiting, parts_.clock,
          [this](Question question, bool demanded, std::move_only_function<void(Answer)> answered) {
            ask(std::move(question), demanded, std::move(answered));
          },
          [this](const Peer& peer, std::string_view frame) { parts_.door.reply(peer, frame); }),
      default_model_(parts_.ping.default_model),
      seq_(parts_.ping.seq) {}

void Reception::request(Peer peer, Frames frames) {
  auto request = wire::parse_request(frames, options_.limits);
  if (!request)
    return parts_.door.reply(peer, wire::render_error(request.error().id, request.error().error));
  const std::string& id = request->id;
  const auto changes = [&](const auto& verb) { change(id, verb, respond_to(std::move(peer), id)); };
  std::visit(Overloaded{[&](const wire::SubmitRequest&) {
                          submit(*request, frames.subspan(1), respond_to(std::move(peer), id));
                        },
                        [&](const wire::CancelRequest& verb) { changes(verb); },
                        [&](const wire::RetryRequest& verb) { changes(verb); },
                        [&](const wire::PauseRequest& verb) { changes(verb); },
                        [&](const wire::ResumeRequest& verb) { changes(verb); },
                        [&](const wire::BudgetRequest& verb) {
                          if (verb.action != "list") return changes(verb);
                          answer(std::move(peer), *request);
                        },
                        [&](const wire::CacheRequest& verb) {
                          if (verb.action != "show") return changes(verb);
                          answer(std::move(peer), *request);
                        },
                        [&](const wire::ProviderRequest& verb) {
                          if (verb.action != "list") return choose(std::move(peer), id, verb);
                          list_providers(std::move(peer), id);
                        },
                        [&](const auto&) { answer(std::move(peer), *request); }},
             request->verb);
}

void Reception::pushed(Frames frames) {
  auto request = wire::parse_request(frames, options_.limits);
  if (!request) return reject(request.error().error, head_of(frames));
  const auto nobody = [&] { return respond_to_nobody(head_of(frames)); };
  std::visit(
      Overloaded{[&](const wire::SubmitRequest&) { submit(*request, frames.subspan(1), nobody()); },
                 [&](const wire::CancelRequest& verb) { change(request->id, verb, nobody()); },
                 [&](const wire::RetryRequest& verb) { change(request->id, verb, nobody()); },
                 [&](const auto&) {
                   const std::string message =
                       fmt::format("'{}' needs an answer: send it to the request socket",
                                   wire::verb_name(request->verb));
                   reject(Error{Code::invalid_request, message, "/verb"}, head_of(frames));
                 }},
      request->verb);
}

bool Reception::takes_pushed() const {
  return pushed_writes_ < options_.pushed_writes_max && !draining_.load(std::memory_order_relaxed);
}

Moment Reception::tick(Moment now) {
  return waiting_.tick(now);
}

void Reception::submit(const wire::Request& request, Frames blobs, Respond respond) {
  if (draining_.load(std::memory_order_relaxed)) return respond(std::unexpected(draining()));
  const Time now = parts_.clock.now();
  auto submitted = to_batch(std::get<wire::SubmitRequest>(request.verb), blobs, *parts_.catalog,
                            chosen(default_model_), options_.deadline, now);
  if (!submitted) return respond(std::unexpected(std::move(submitted.error())));
  const Time due = first_due(submitted->batch);
  // The writer's thread fills `accepted`, then hands it here.
  auto accepted = std::make_shared<store::Accepted>();
  parts_.store.writer().submit(
      store::Lane::submission,
      [accepted, batch = std::move(submitted->batch), limits = options_.queue,
       now](store::Database& database) -> Result<void> {
        auto outcome = store::submit(database, batch, limits, now);
        if (!outcome) return std::unexpected(std::move(outcome.error()));
        *accepted = std::move(*outcome);
        return {};
      },
      [this, accepted, due, id = request.id, warnings = std::move(submitted->warnings),
       respond = std::move(respond)](Result<void> result) mutable {
        if (result) parts_.control.jobs_accepted(due);
        parts_.door.post([accepted, id = std::move(id), warnings = std::move(warnings),
                          respond = std::move(respond), result = std::move(result)]() mutable {
          if (!result) return respond(std::unexpected(std::move(result.error())));
          respond(wire::render_reply(id, reply_of(std::move(*accepted), std::move(warnings))));
        });
      });
}

template <class Request>
void Reception::change(std::string id, const Request& request, Respond respond) {
  if constexpr (std::is_same_v<Request, wire::PauseRequest> ||
                std::is_same_v<Request, wire::ResumeRequest>) {
    const bool known =
        request.pipeline.empty() || parts_.catalog->find(request.pipeline) != nullptr;
    if (!known) {
      return respond(fail(Code::unknown_pipeline,
                          fmt::format("unknown pipeline '{}'{}", request.pipeline,
                                      did_you_mean(request.pipeline, parts_.catalog->names())),
                          "/pipeline"));
    }
  }
  auto changed = std::make_shared<Changed>();
  parts_.store.writer().submit(
      store::Lane::completion,
      [changed, id = std::move(id), request,
       now = parts_.clock.now()](store::Database& database) -> Result<void> {
        auto outcome = daemon::change(database, id, request, now);
        if (!outcome) return std::unexpected(std::move(outcome.error()));
        *changed = std::move(*outcome);
        return {};
      },
      [this, changed, respond = std::move(respond)](Result<void> result) mutable {
        if (result) tell_control(*changed);
        parts_.door.post(
            [this, changed, respond = std::move(respond), result = std::move(result)]() mutable {
              if (!result) return respond(std::unexpected(std::move(result.error())));
              if (changed->default_model) went_over(*changed->default_model, changed->chosen_by);
              respond(std::move(changed->reply));
            });
      });
}

void Reception::tell_control(const Changed& changed) {
  Control& control = parts_.control;
  if (!changed.to_stop.empty() || changed.cut) control.stop_runs(changed.to_stop, changed.cut);
  if (changed.paused) control.paused(changed.paused_pipeline, *changed.paused);
  if (changed.default_model) control.default_model(chosen(*changed.default_model));
  if (changed.jobs_queued) control.jobs_queued();
  if (changed.limits_changed) control.limits_changed();
  for (const std::string& reason : changed.wake_reasons)
    control.wake_waiting(reason, changed.wake_pipeline);
}

void Reception::choose(Peer peer, std::string id, const wire::ProviderRequest& request) {
  Respond respond = respond_to(std::move(peer), id);
  auto choice = daemon::choose(request, *parts_.catalog, parts_.credentials, parts_.clock.now());
  if (!choice) return respond(std::unexpected(std::move(choice.error())));
  change(std::move(id), *choice, std::move(respond));
}

void Reception::went_over(const wire::DefaultModelView& model, const std::string& by) {
  parts_.log.info("the default model was chosen", {{"model", model.name},
                                                   {"before", default_model_.name},
                                                   {"configured", model.configured},
                                                   {"by", by}});
  default_model_ = model;
}

void Reception::list_providers(Peer peer, std::string id) {
  parts_.provider_states(
      [this, peer = std::move(peer), id = std::move(id)](wire::ProviderReply states) mutable {
        parts_.door.post([this, peer = std::move(peer), id = std::move(id),
                          reply = std::move(states)]() mutable {
          reply.default_model = default_model_;
          parts_.door.reply(peer, wire::render_reply(id, reply));
        });
      });
}

void Reception::answer(Peer peer, const wire::Request& request) {
  const std::string& id = request.id;
  const auto enter = [&](Question question, Duration patience) {
    waiting_.enter(std::move(peer), id, std::move(question), patience);
  };
  std::visit(
      Overloaded{
          [&](const wire::PingRequest&) {
            parts_.door.reply(peer, wire::render_reply(id, ping()));
          },
          [&](const wire::ModelsRequest&) {
            parts_.door.reply(peer,
                              wire::render_reply(id, view(*parts_.catalog, parts_.credentials,
                                                          default_model_, parts_.clock.now())));
          },
          [&](const wire::StatusRequest& verb) {
            enter(daemon::ask(id, verb, surroundings()), verb.wait);
          },
          [&](const wire::ListRequest& verb) { enter(daemon::ask(id, verb, surroundings()), {}); },
          [&](const wire::ResultRequest& verb) { enter(daemon::ask(id, verb), verb.wait); },
          [&](const wire::WaitRequest& verb) {
            enter(daemon::ask(id, verb), verb.timeout.value_or(wire::kWaitDefault));
          },
          [&](const wire::EventsSinceRequest& verb) { enter(daemon::ask(id, verb), verb.wait); },
          [&](const wire::PipelinesRequest&) { enter(ask_pipelines(id, parts_.catalog), {}); },
          [&](const wire::StatsRequest&) { enter(ask_stats(id, stats()), {}); },
          [&](const wire::CacheRequest& verb) {
            enter(ask_cache(id, verb.by, options_.cache_time, parts_.clock.now()), {});
          },
          [&](const wire::BudgetRequest&) { enter(ask_budgets(id, parts_.clock.now()), {}); },
          [&](const auto&) {}},
      request.verb);
}

void Reception::ask(Question question, bool demanded,
                    std::move_only_function<void(Answer)> answered) {
  parts_.pool.post(
      [this, question = std::move(question), demanded, answered = std::move(answered)]() mutable {
        Result<Answer> answer = parts_.store.readers().read(
            [&](store::Database& database) { return question(database, demanded); });
        if (!answer) answer = Answer{.reply = std::unexpected(answer.error())};
        parts_.door.post([answer = std::move(*answer), answered = std::move(answered)]() mutable {
          answered(std::move(answer));
        });
      });
}

void Reception::events(std::vector<store::Event> events) {
  if (events.empty()) return;
  parts_.door.post([this, events = std::move(events)] {
    for (const store::Event& event : events) publish(event);
  });
}

void Reception::publish(const store::Event& event) {
  seq_ = event.seq;
  parts_.door.publish(event.topic, wire::render_event(view(event), parts_.ping.instance));
  waiting_.news(event.topic);
}

void Reception::reject(const Error& error, std::string_view head) {
  parts_.log.warning(
      "a pushed message was refused",
      {{"code", std::string(name(error.code))}, {"reason", error.message}, {"at", error.at}});
  ++pushed_writes_;
  parts_.store.writer().submit(
      store::Lane::completion,
      [error, head = std::string(head),
       now = parts_.clock.now()](store::Database& database) -> Result<void> {
        store::add_reject(database, error, head, now);
        return {};
      },
      [this](const Result<void>&) { parts_.door.post([this] { --pushed_writes_; }); });
}

Reception::Respond Reception::respond_to(Peer peer, std::string id) {
  return [this, peer = std::move(peer), id = std::move(id)](Result<std::string> reply) {
    parts_.door.reply(peer, reply ? *reply : wire::render_error(id, reply.error()));
  };
}

Reception::Respond Reception::respond_to_nobody(std::string head) {
  ++pushed_writes_;
  return [this, head = std::move(head)](const Result<std::string>& reply) {
    --pushed_writes_;
    if (!reply) reject(reply.error(), head);
  };
}

Surroundings Reception::surroundings() const {
  return {parts_.catalog, [&writer = parts_.store.writer()] { return writer.out_of_space(); }};
}

wire::PingReply Reception::ping() const {
  wire::PingReply reply = parts_.ping;
  reply.now = parts_.clock.now();
  reply.default_model = default_model_;
  reply.seq = seq_;
  return reply;
}

wire::StatsReply Reception::stats() const {
  wire::StatsReply reply{.now = parts_.clock.now(), .started_at = parts_.ping.started_at};
  reply.writer_queued = static_cast<std::int64_t>(parts_.store.writer().queued());
  reply.waiters = static_cast<std::int64_t>(waiting_.size());
  const std::string& database = parts_.store.path();
  reply.database_bytes = file_bytes(database) + file_bytes(database + "-wal");
  reply.no_space = parts_.store.writer().out_of_space();
  return reply;
}

}  // namespace docwright::daemon
