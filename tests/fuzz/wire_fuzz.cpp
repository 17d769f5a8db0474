// Protocol 1 against any bytes: no crash, and what is accepted can be written and read again to the
// same.
//
// The input's bytes are a message: frames, separated by 0x00 0xff. So a corpus file can be written
// by hand.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "schemas/wire.h"

namespace {

using docwright::wire::Limits;

std::vector<std::string_view> frames_of(std::string_view input) {
  constexpr std::string_view kSeparator("\0\xff", 2);
  std::vector<std::string_view> frames;
  while (true) {
    const std::size_t at = input.find(kSeparator);
    frames.push_back(input.substr(0, at));
    if (at == std::string_view::npos) return frames;
    input.remove_prefix(at + kSeparator.size());
  }
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Limits limits{.frame_bytes = 4096, .message_bytes = 8192, .jobs = 4, .frames = 6};
  const auto all = frames_of({reinterpret_cast<const char*>(data), size});
  const auto frames = std::span(all).subspan(docwright::wire::envelope_frames(all));
  const auto request = docwright::wire::parse_request(frames, limits);
  if (!request) {
    require(!request.error().error.message.empty());
    const std::string reply =
        docwright::wire::render_error(request.error().id, request.error().error);
    require(docwright::wire::parse_reply<docwright::wire::PingReply>(reply).has_value());
    return 0;
  }
  const std::string again = docwright::wire::render_request(*request);
  std::vector<std::string_view> copy(frames.begin(), frames.end());
  copy.front() = again;
  const auto reread = docwright::wire::parse_request(copy, {});
  require(reread.has_value());
  require(docwright::wire::render_request(*reread) == again);
  return 0;
}
