// One child process and the socket to it.
#pragma once
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <string>

#include "runtime/error.h"
#include "runtime/loop.h"

namespace docwright::outline {

// How a child ended: "crashed (signal 11, Segmentation fault)".
struct End {
  std::string how;
  bool out_of_time = false;  // of CPU
};

// Loop thread only. The destructor kills the child, which the loop then reaps.
class Process final {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Executor>;

  // `program` with one argument; file descriptor 3 is its end of the socket, all others but
  // standard error are closed, the environment is empty (it may hold keys).
  static Result<std::unique_ptr<Process>> start(Loop& loop, const std::string& program,
                                                const char* argument);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  Socket& socket() { return socket_; }
  // Nothing is said about a child that dies a moment later.
  bool is_alive();
  void kill();
  // Waits for the end of a child that has closed its socket or was killed.
  Task<End> ended();

 private:
  Process(Loop& loop, int pid, int pid_fd, int socket);
  End reap();

  using Descriptor = boost::asio::posix::basic_stream_descriptor<Executor>;
  int pid_;         // 0 once reaped
  Descriptor end_;  // a pidfd: readable when the child has ended
  Socket socket_;
};

}  // namespace docwright::outline
