#include "store/readers.h"

#include <condition_variable>
#include <mutex>
#include <vector>

namespace docwright::store {

struct Readers::State {
  struct Connection {
    std::unique_ptr<Database> database;
    bool busy = false;
    Moment since{};  // of the query that runs
  };

  // Constant after construction.
  ReadersOptions options;
  Clock* clock = nullptr;

  std::mutex mutex;
  std::condition_variable freed;
  std::vector<Connection> connections;  // Guarded by mutex; a busy one's database by its borrower.

  Connection* borrow();
  void give_back(Connection& connection);
};

Readers::State::Connection* Readers::State::borrow() {
  std::unique_lock lock(mutex);
  const auto free = [this] { return std::ranges::find(connections, false, &Connection::busy); };
  if (!freed.wait_for(lock, options.deadline, [&] { return free() != connections.end(); })) {
    return nullptr;
  }
  Connection& connection = *free();
  connection.busy = true;
  connection.since = clock->moment();
  return &connection;
}

void Readers::State::give_back(Connection& connection) {
  {
    const std::scoped_lock lock(mutex);
    connection.busy = false;
  }
  freed.notify_one();
}

Readers::Readers(std::unique_ptr<State> state) : state_(std::move(state)) {}
Readers::~Readers() = default;

Result<std::unique_ptr<Readers>> Readers::open(const std::string& path, ReadersOptions options,
                                               Clock& clock) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->clock = &clock;
  for (int i = 0; i < std::max(options.connections, 1); ++i) {
    auto database = Database::open(path, Database::Mode::reader);
    if (!database) return std::unexpected(std::move(database.error()));
    state->connections.push_back({std::move(*database)});
  }
  return std::unique_ptr<Readers>(new Readers(std::move(state)));
}

Result<void> Readers::run(const std::function<void(Database&)>& query) {
  State::Connection* connection = state_->borrow();
  if (connection == nullptr) {
    return fail(Code::timeout, "every reader of the database is busy: ask again later");
  }
  Database& database = *connection->database;
  database.set_deadline(*state_->clock, state_->clock->moment() + state_->options.deadline);
  Result<void> outcome;
  try {
    database.statement("BEGIN").run();
    query(database);
  } catch (const SqliteError& error) {
    outcome = std::unexpected(error.error());
  } catch (const std::exception& error) {
    outcome = fail(Code::internal, std::string("a query failed: ") + error.what());
  }
  database.clear_deadline();
  try {
    if (database.in_transaction()) database.statement("COMMIT").run();
  } catch (const SqliteError& error) {
    if (outcome) outcome = std::unexpected(error.error());
  }
  state_->give_back(*connection);
  return outcome;
}

void Readers::interrupt_older_than(Duration age) {
  const std::scoped_lock lock(state_->mutex);
  const Moment now = state_->clock->moment();
  for (State::Connection& connection : state_->connections) {
    if (connection.busy && now - connection.since >= age) connection.database->interrupt();
  }
}

}  // namespace docwright::store
