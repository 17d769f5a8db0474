#include "client/cli/input.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace docwright::cli {

Result<std::string> read_input(const Interrupt& interrupt, std::size_t bytes_max) {
  std::string text;
  std::array<char, 65536> buffer;
  while (true) {
    std::array<pollfd, 2> items{{{STDIN_FILENO, POLLIN, 0}, {interrupt.descriptor(), POLLIN, 0}}};
    if (poll(items.data(), items.size(), -1) < 0 && errno != EINTR)
      return fail(Code::io, fmt::format("the input: {}", std::strerror(errno)));
    if (items[1].revents != 0) return fail(Code::cancelled, "interrupted");
    if (items[0].revents == 0) continue;
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Code::io, fmt::format("the input: {}", std::strerror(errno)));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > bytes_max)
      return fail(Code::too_large, fmt::format("the input is larger than {} bytes", bytes_max));
  }
}

}  // namespace docwright::cli
