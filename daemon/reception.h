// What the front door does with each message: check it, hand it to the store, answer.
//
// - submit: parsed and checked here, written by the store's writer, answered after its COMMIT
// - status, result, ...: read on the pool, answered when there is something to say (waiting_room.h)
// - cancel, pause, provider use, ...: written by the writer, answered after its COMMIT, and told to
//   the dispatcher
// - provider list: put together on the loop
// - ping, models: answered at once
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/catalog.h"
#include "daemon/changes.h"
#include "daemon/front_door.h"
#include "daemon/waiting_room.h"
#include "providers/credentials.h"
#include "runtime/pool.h"
#include "schemas/wire.h"
#include "store/store.h"

namespace docwright::daemon {

// What the dispatcher is told after a COMMIT. Any thread.
class Control {
 public:
  virtual ~Control() = default;
  // A submit was committed; none of its jobs is due (for its delay, or its deadline) before `due`.
  virtual void jobs_accepted(Time due) = 0;
  // Jobs went back to the queue.
  virtual void jobs_queued() = 0;
  // A budget was raised or a pause ended: likewise, and who waits for a reservation asks again.
  virtual void limits_changed() = 0;
  // `cut`: and then the calls that nobody waits for.
  virtual void stop_runs(std::vector<store::RunningJob> jobs, bool cut) = 0;
  // From now on calls of the pipeline (empty: all) are not to begin, or may begin again.
  virtual void paused(std::string pipeline, bool on) = 0;
  // From now on calls that name no model ask this one; empty: the configuration's.
  virtual void default_model(std::string name) = 0;
  // Whatever waits for the reason may go on; pipeline empty: of all.
  virtual void wake_waiting(std::string reason, std::string pipeline) = 0;
};

struct ReceptionOptions {
  wire::Limits limits;
  store::QueueLimits queue;
  WaitingRoom::Limits waiting;
  Duration deadline = wire::kDeadlineDefault;  // of jobs whose submit says none
  std::optional<Duration> cache_time;          // as StoreJournal's
  // Of fire-and-forget messages, queued at the writer; more stay in the socket.
  std::size_t pushed_writes_max = 4096;
};

// Front door thread only, except events() and drain(). Everything it refers to outlives it.
class Reception final : public Receptionist {
 public:
  struct Parts {
    FrontDoor& door;
    store::Store& store;
    Pool& pool;
    Control& control;
    Clock& clock;
    Log& log;
    std::shared_ptr<const Catalog> catalog;
    const providers::Credentials& credentials;
    wire::PingReply ping;  // what does not change, and the default model of the start
    // Any thread; calls back on the loop's: what `provider list` says, but for the default model.
    std::function<void(std::move_only_function<void(wire::ProviderReply)>)> provider_states;
    Sockets::OnSubscription subscribed;
  };
  Reception(Parts parts, ReceptionOptions options);

  void request(Peer peer, Frames frames) override;
  void pushed(Frames frames) override;
  bool takes_pushed() const override;
  void subscribed(std::string_view topic, bool on) override { parts_.subscribed(topic, on); }
  Moment tick(Moment now) override;

  // The writer's thread, after each COMMIT: publishes, and wakes who waits.
  void events(std::vector<store::Event> events);
  // Any thread. From now on nothing new is accepted; questions are still answered.
  void drain() { draining_.store(true); }

 private:
  // Gets the frame of the reply; nobody hears it where the message was pushed.
  using Respond = std::move_only_function<void(Result<std::string>)>;
  void submit(const wire::Request& request, Frames blobs, Respond respond);
  template <class Request>
  void change(std::string id, const Request& request, Respond respond);
  void tell_control(const Changed& changed);  // writer thread
  void choose(Peer peer, std::string id, const wire::ProviderRequest& request);
  void list_providers(Peer peer, std::string id);
  void went_over(const wire::DefaultModelView& model, const std::string& by);
  void answer(Peer peer, const wire::Request& request);
  void ask(Question question, bool demanded, std::move_only_function<void(Answer)> answered);
  void publish(const store::Event& event);
  void reject(const Error& error, std::string_view head);
  Respond respond_to(Peer peer, std::string id);
  Respond respond_to_nobody(std::string head);
  Surroundings surroundings() const;
  wire::PingReply ping() const;
  wire::StatsReply stats() const;

  Parts parts_;
  const ReceptionOptions options_;
  WaitingRoom waiting_;
  wire::DefaultModelView default_model_;
  std::int64_t seq_ = 0;           // of the latest event
  std::size_t pushed_writes_ = 0;  // at the writer
  std::atomic<bool> draining_ = false;
};

}  // namespace docwright::daemon
