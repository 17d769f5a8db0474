// The store as a whole: the file, its one writer, its readers.
//
// Everything else in this folder is domain verbs: functions on a Database, a file for each family
// of tables. Those that change something are called inside write(), the others inside read():
//
//   auto claimed = co_await store.write<std::vector<Claimed>>(
//       loop, Lane::completion, [=](Database& database) -> Result<std::vector<Claimed>> {
//         return claim(database, limits, now);
//       });
//   auto status = co_await store.read(
//       pool, [=](Database& database) { return job_status(database, row); });
#pragma once
#include <memory>
#include <string>

#include "runtime/file_descriptor.h"
#include "runtime/pool.h"
#include "store/readers.h"
#include "store/recovery.h"
#include "store/writer.h"

namespace docwright::store {

struct StoreOptions {
  std::string path;     // of the database file; its folder exists
  std::string version;  // of this daemon, for the table of runs
  WriterOptions writer;
  ReadersOptions readers;
};

class Store final {
 public:
  // Opens, migrates and recovers (recovery.h) before the writer starts; after an I/O error in a
  // former run it checks the whole file first, which can take minutes. Errors: see Database::open;
  // conflict: another daemon uses the file; corrupt: the check found damage.
  static Result<std::unique_ptr<Store>> open(StoreOptions options, Clock& clock,
                                             Writer::Listener listener);
  ~Store();  // notes the clean end, commits what is queued, truncates the WAL
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Writer& writer() { return *writer_; }
  Readers& readers() { return *readers_; }
  const Recovered& recovered() const { return recovered_; }
  const std::string& path() const { return path_; }

  // Loop thread.
  template <class T>
  Task<Result<T>> write(Loop& loop, Lane lane,
                        std::move_only_function<Result<T>(Database&)> change) {
    return writer_->write<T>(loop, lane, std::move(change));
  }
  template <class Query>
  auto read(Pool& pool, Query query) {
    return pool.run(
        [this, query = std::move(query)]() mutable { return readers_->read(std::move(query)); });
  }

 private:
  Store(std::string path, Clock& clock);
  // Constant after open().
  const std::string path_;
  Clock& clock_;
  Recovered recovered_;
  // In this order: the writer ends first, it tells the readers when they are in its way.
  FileDescriptor lock_;
  std::unique_ptr<Readers> readers_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace docwright::store
