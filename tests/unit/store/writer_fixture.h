// A writer on a file of its own, and what holds it up and listens to it.
#pragma once
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/writer.h"
#include "tests/support/temporary_folder.h"

namespace docwright::test {

using store::Database;
using store::Lane;

// Collects what becomes of changes, in the order in which they are completed.
class CompletionLog {
 public:
  store::Writer::Done done(std::string name) {
    return [this, name = std::move(name)](Result<void> result) {
      const std::scoped_lock lock(mutex_);
      entries_.push_back(result ? name
                                : name + ": " + std::string(docwright::name(result.error().code)));
      changed_.notify_all();
    };
  }
  std::vector<std::string> wait_for(std::size_t entries) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return entries_.size() >= entries; });
    return entries_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> entries_;
};

// Holds the writer thread inside a change until it is let go: what is submitted meanwhile becomes
// one batch.
class Gate {
 public:
  Result<void> pass() {
    std::unique_lock lock(mutex_);
    entered_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    return {};
  }
  void wait_until_entered() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return entered_; });
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false, open_ = false;
};

inline store::Writer::Change insert(int value) {
  return [value](Database& database) -> Result<void> {
    database.statement("INSERT INTO numbers VALUES (?1)").bind(value).run();
    return {};
  };
}

// A value of 100,000 bytes: enough to fill up what a test leaves.
inline store::Writer::Change insert_much(int value) {
  return [value](Database& database) -> Result<void> {
    const std::string much(100'000, 'x');
    database.statement("INSERT INTO large VALUES (?1, ?2)").bind(value, much).run();
    return {};
  };
}

class WriterFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = Database::open(path(), Database::Mode::writer).value();
    database->execute(
        "CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT;"
        "CREATE TABLE large (n INTEGER, body TEXT) STRICT");
    options_.full_retry = std::chrono::milliseconds(2);
    raw_ = database.get();
    database_ = std::move(database);
  }
  void start() {
    writer_ = std::make_unique<store::Writer>(std::move(database_), options_, clock_,
                                              std::move(listener_));
  }
  std::string path() const { return folder_.file("docwright.db"); }

  std::vector<std::int64_t> numbers() {
    auto reader = Database::open(path(), Database::Mode::reader).value();
    auto row = reader->statement_once("SELECT n FROM numbers ORDER BY n");
    std::vector<std::int64_t> found;
    while (row.step()) found.push_back(row.integer(0));
    return found;
  }
  // Lets the writer reach the gate, queues what `submit` submits, then lets it go on.
  void as_one_batch(const std::function<void()>& submit) {
    const auto gate = std::make_shared<Gate>();
    writer_->submit(
        Lane::completion, [gate](Database&) { return gate->pass(); }, log_.done("gate"));
    gate->wait_until_entered();
    submit();
    gate->open();
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  CompletionLog log_;
  store::WriterOptions options_;
  store::Writer::Listener listener_;
  std::unique_ptr<Database> database_;
  Database* raw_ = nullptr;
  std::unique_ptr<store::Writer> writer_;
};

}  // namespace docwright::test
