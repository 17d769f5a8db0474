// The write-ahead log: copied, used again, bounded.
#include <gmock/gmock.h>

#include "tests/unit/store/writer_fixture.h"

namespace docwright::test {
namespace {

class WalTest : public WriterFixture {
 protected:
  std::uintmax_t wal_bytes() { return std::filesystem::file_size(path() + "-wal"); }
};

TEST_F(WalTest, IsCopiedAndUsedAgain) {
  options_.wal_bytes_passive = 64 << 10;
  options_.wal_bytes_truncate = 16 << 20;
  start();
  for (int i = 0; i < 200; ++i) {
    writer_->submit(Lane::completion, insert_much(i), log_.done("x"));
    log_.wait_for(static_cast<std::size_t>(i) + 1);
  }
  EXPECT_LT(wal_bytes(), std::uintmax_t{4} << 20);
}

// A reader in the midst of a transaction: nothing behind its view can be checkpointed.
class Staying {
 public:
  explicit Staying(const std::string& path)
      : reader_(Database::open(path, Database::Mode::reader).value()) {
    reader_->execute("BEGIN");
    row_.emplace(reader_->statement_once("SELECT count(*) FROM large"));
    row_->step();
  }
  void leave() {
    row_->rewind();
    reader_->execute("COMMIT");
  }

 private:
  std::unique_ptr<Database> reader_;
  std::optional<store::Statement> row_;
};

TEST_F(WalTest, AReaderThatStaysIsToldOf) {
  options_.wal_bytes_passive = 64 << 10;
  options_.wal_bytes_truncate = 1 << 20;
  std::atomic<int> blocked = 0;
  listener_.on_wal_blocked = [&] { ++blocked; };
  start();
  Staying reader(path());
  for (int i = 0; i < 20; ++i) writer_->submit(Lane::completion, insert_much(i), log_.done("x"));
  log_.wait_for(20);
  writer_->submit(Lane::completion, insert(1), log_.done("x"));
  log_.wait_for(21);
  reader.leave();
  writer_.reset();
  EXPECT_GE(blocked, 1);
  EXPECT_EQ(std::filesystem::exists(path() + "-wal") ? wal_bytes() : 0, 0U);
}

TEST_F(WalTest, ItsSizeHasALimitThatOnlySubmissionsFeel) {
  options_.wal_bytes_passive = 64 << 10;
  options_.wal_bytes_truncate = 128 << 10;
  options_.wal_bytes_max = 1 << 20;
  start();
  Staying reader(path());
  for (int i = 0; i < 20; ++i) writer_->submit(Lane::completion, insert_much(i), log_.done("x"));
  log_.wait_for(20);
  writer_->submit(Lane::submission, insert(1), log_.done("submission"));
  EXPECT_EQ(log_.wait_for(21).back(), "submission: busy");
  writer_->submit(Lane::completion, insert(2), log_.done("completion"));
  EXPECT_EQ(log_.wait_for(22).back(), "completion");
}

}  // namespace
}  // namespace docwright::test
