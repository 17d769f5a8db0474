// What stands in the way of a socket, and what does not.
#include "daemon/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace docwright::daemon {
namespace {

using ::testing::HasSubstr;

class IpcPath : public ::testing::Test {
 protected:
  IpcPath() { std::filesystem::create_directories(folder_); }
  ~IpcPath() override { std::filesystem::remove_all(folder_); }

  int bound() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, path_.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  }

  const std::string folder_ = "/tmp/dw-listener-" + std::to_string(::getpid());
  const std::string path_ = folder_ + "/x.sock";
};

TEST_F(IpcPath, NothingThereIsFine) {
  EXPECT_TRUE(clear_ipc_path(path_));
}

TEST_F(IpcPath, AStaleSocketIsRemoved) {
  ::close(bound());
  EXPECT_TRUE(clear_ipc_path(path_));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(IpcPath, ALiveOneStays) {
  const int fd = bound();
  ASSERT_EQ(::listen(fd, 1), 0);
  const auto cleared = clear_ipc_path(path_);
  ASSERT_FALSE(cleared);
  EXPECT_THAT(cleared.error().message, HasSubstr("another program listens"));
  EXPECT_TRUE(std::filesystem::exists(path_));
  ::close(fd);
}

TEST_F(IpcPath, AFileStays) {
  std::ofstream(path_) << "precious";
  const auto cleared = clear_ipc_path(path_);
  ASSERT_FALSE(cleared);
  EXPECT_THAT(cleared.error().message, HasSubstr("is in the way"));
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST(Loopback, IsAllThatIsListenedOn) {
  for (const char* endpoint : {"tcp://127.0.0.1:0", "tcp://localhost:0"}) {
    const auto fd = listen_on_loopback(endpoint);
    ASSERT_TRUE(fd) << endpoint << ": " << fd.error().message;
  }
  for (const char* endpoint :
       {"tcp://0.0.0.0:5000", "tcp://*:5000", "tcp://127.0.0.1", "tcp://127.0.0.1:x",
        "tcp://127.0.0.1:70000", "udp://127.0.0.1:1", "inproc://x"}) {
    const auto fd = listen_on_loopback(endpoint);
    ASSERT_FALSE(fd) << endpoint;
    EXPECT_EQ(fd.error().code, Code::configuration);
  }
}

}  // namespace
}  // namespace docwright::daemon
