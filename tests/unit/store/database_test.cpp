#include "store/database.h"

#include <sys/stat.h>

#include <fstream>

#include "store/migrations.h"
#include "tests/support/store_fixture.h"

namespace docwright::test {
namespace {

using store::Database;

TEST(DatabaseTest, MakesANewFileForItsOwnerOnly) {
  TemporaryFolder folder;
  const std::string path = folder.file("new.db");
  ASSERT_TRUE(Database::open(path, Database::Mode::writer));
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(DatabaseTest, SetsWhatDurabilityNeeds) {
  TemporaryFolder folder;
  auto database = Database::open(folder.file("new.db"), Database::Mode::writer).value();
  const auto pragma = [&](const char* sql) {
    auto row = database->statement_once(sql);
    row.step();
    return std::string(row.text(0));
  };
  EXPECT_EQ(pragma("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(pragma("PRAGMA synchronous"), "2");
  EXPECT_EQ(pragma("PRAGMA auto_vacuum"), "2");
  EXPECT_EQ(pragma("PRAGMA foreign_keys"), "1");
  EXPECT_EQ(pragma("PRAGMA application_id"), std::to_string(store::kApplicationId));
  EXPECT_EQ(pragma("PRAGMA user_version"), std::to_string(store::newest_version()));
}

TEST(DatabaseTest, NamesThePathItCannotOpen) {
  const auto opened = Database::open("/nonexistent/folder/x.db", Database::Mode::writer);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::io);
  EXPECT_NE(opened.error().message.find("/nonexistent/folder/x.db"), std::string::npos);
  EXPECT_EQ(Database::open("/nonexistent/x.db", Database::Mode::reader).error().message,
            "cannot open the database /nonexistent/x.db: No such file or directory");
}

TEST(DatabaseTest, RefusesAFileThatIsNoDatabase) {
  TemporaryFolder folder;
  std::ofstream(folder.file("text"))
      << "this is a text of more than a hundred bytes, so that it is "
         "no database, not even one that was just begun. Really.";
  const auto opened = Database::open(folder.file("text"), Database::Mode::writer);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::corrupt);
  EXPECT_EQ(opened.error().message,
            "cannot open the database " + folder.file("text") + ": the file is no SQLite database");
}

TEST(DatabaseTest, RefusesAnotherProgramsDatabase) {
  TemporaryFolder folder;
  const std::string path = folder.file("x.db");
  {
    auto database = Database::open(path, Database::Mode::writer).value();
    database->execute("PRAGMA application_id = 42");
  }
  for (const auto mode : {Database::Mode::writer, Database::Mode::reader}) {
    const auto opened = Database::open(path, mode);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::corrupt);
    EXPECT_NE(opened.error().message.find("another program"), std::string::npos);
  }
}

TEST(DatabaseTest, RefusesANewerSchema) {
  TemporaryFolder folder;
  const std::string path = folder.file("x.db");
  {
    auto database = Database::open(path, Database::Mode::writer).value();
    database->execute("PRAGMA user_version = 9999");
  }
  const auto opened = Database::open(path, Database::Mode::writer);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::configuration);
  EXPECT_NE(opened.error().message.find("9999"), std::string::npos);
}

TEST(DatabaseTest, AReaderCannotWrite) {
  TemporaryFolder folder;
  const std::string path = folder.file("x.db");
  auto writer = Database::open(path, Database::Mode::writer).value();
  auto reader = Database::open(path, Database::Mode::reader).value();
  EXPECT_THROW(reader->execute("DELETE FROM jobs"), store::SqliteError);
}

TEST(DatabaseTest, TellsTwoBorrowsOfOneStatement) {
  TemporaryFolder folder;
  auto database = Database::open(folder.file("x.db"), Database::Mode::writer).value();
  static constexpr auto sql = "SELECT 1";
  auto first = database->statement(sql);
  EXPECT_THROW(database->statement(sql), store::SqliteError);
}

TEST(DatabaseTest, AReadersQueryEndsAtItsDeadline) {
  TemporaryFolder folder;
  const std::string path = folder.file("x.db");
  auto writer = Database::open(path, Database::Mode::writer).value();
  auto reader = Database::open(path, Database::Mode::reader).value();
  const ManualClock clock;
  reader->set_deadline(clock, clock.moment());
  auto endless = reader->statement(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n");
  try {
    endless.step();
    FAIL() << "it ended by itself";
  } catch (const store::SqliteError& error) {
    EXPECT_EQ(error.kind(), store::SqliteError::Kind::timeout);
  }
}

class MigrationsTest : public ::testing::Test {
 protected:
  static constexpr EmbeddedFile kFirst{"migrations/0001_a.sql",
                                       "CREATE TABLE a (x INTEGER) STRICT;"
                                       "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT) "
                                       "STRICT, WITHOUT ROWID"};
  static constexpr EmbeddedFile kBad{"migrations/0002_b.sql",
                                     "CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE a (y INT)"};
  static constexpr EmbeddedFile kGood{
      "migrations/0002_b.sql", "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO a VALUES (7)"};
};

TEST_F(MigrationsTest, EachMigrationIsAppliedWhollyOrNotAtAll) {
  TemporaryFolder folder;
  // A database without our schema: opened as ours, then emptied of the id would be foreign, so the
  // versions are applied on top of what there is.
  auto database = Database::open(folder.file("x.db"), Database::Mode::writer).value();
  database->execute("PRAGMA user_version = 0; DROP TABLE settings");
  const std::vector<EmbeddedFile> broken = {kFirst, kBad};
  EXPECT_THROW(std::ignore = store::migrate(*database, "x.db", broken), store::SqliteError);
  auto version = database->statement_once("PRAGMA user_version");
  version.step();
  EXPECT_EQ(version.integer(0), 1);
  version.rewind();
  auto table = database->statement_once("SELECT count(*) FROM sqlite_schema WHERE name = 'b'");
  table.step();
  EXPECT_EQ(table.integer(0), 0);
  table.rewind();
  const std::vector<EmbeddedFile> repaired = {kFirst, kGood};
  EXPECT_TRUE(store::migrate(*database, "x.db", repaired));
  auto row = database->statement_once("SELECT x FROM a");
  EXPECT_TRUE(row.step());
}

TEST_F(MigrationsTest, ViewsAreMadeAnewWhenTheirTextChanges) {
  TemporaryFolder folder;
  auto database = Database::open(folder.file("x.db"), Database::Mode::writer).value();
  database->execute("PRAGMA user_version = 0; DROP TABLE settings");
  std::vector<EmbeddedFile> files = {kFirst, {"views.sql", "CREATE VIEW v AS SELECT 1 AS one"}};
  ASSERT_TRUE(store::migrate(*database, "x.db", files));
  files[1].text = "CREATE VIEW v AS SELECT 2 AS two";
  ASSERT_TRUE(store::migrate(*database, "x.db", files));
  auto row = database->statement_once("SELECT two FROM v");
  EXPECT_TRUE(row.step());
}

}  // namespace
}  // namespace docwright::test
