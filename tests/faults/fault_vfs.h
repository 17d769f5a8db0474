// A disk that fails on demand: a SQLite VFS over the real one, through which every file of this
// process goes.
//
// It counts the calls that change a file, and remembers which writes have not been synced. A test
// says what is to happen at which call. After a power cut nothing works any more, and crash_image()
// writes what the disk would hold then: everything that was synced, and of the rest whatever chance
// has left of it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace docwright::test {

enum class Call { write, sync, truncate };

class FaultyDisk final {
 public:
  // Becomes SQLite's default VFS until it is destroyed; one at a time, and no database open at
  // either moment.
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // Asked before each call with its number (from 1, all kinds together); returns the SQLite error
  // that it fails with, or 0. Called with a lock held, on whichever thread makes the call.
  using Plan = std::function<int(Call call, std::int64_t number)>;
  void set_plan(Plan plan);
  // From now on every call fails. For use within a plan: `return disk.cut_power();`
  int cut_power();
  bool has_power() const;
  // The machine starts again, with another disk: nothing is known of former files, no call fails.
  void restore_power();
  std::int64_t calls() const;

  // After a power cut: the files as the disk holds them, under `folder` with their own names.
  // `seed` decides which unsynced writes are there, torn at 512 bytes, or lost.
  void crash_image(const std::string& folder, unsigned seed) const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace docwright::test
