// A program started by the bench: on a folder of its own, ended with the bench, its CPU time read
// from /proc.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace docwright::bench {

// A temporary folder, removed with all its content at the end.
class Folder final {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Ended with SIGTERM (after 10 s SIGKILL) by the destructor. Aborts the bench with a message if it
// can't be started.
class Process final {
 public:
  // `environment`: NAME=VALUE, added to ours. Standard output goes to a pipe, standard error to
  // `log`.
  Process(std::vector<std::string> arguments, std::vector<std::string> environment,
          const std::string& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::string read_line();  // of standard output; empty at its end
  pid_t pid() const { return pid_; }
  // User and system time of the process, its living children and those it has waited for.
  std::chrono::microseconds cpu() const;
  void stop();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

std::chrono::microseconds own_cpu();
// Prints the sentence and exits with 1: a bench that can't measure has no figure.
[[noreturn]] void give_up(const std::string& sentence);

}  // namespace docwright::bench
