// Protocol 1: what clients and the daemon say to each other (docs/protocol.md), as typed values.
//
// A message is one JSON header frame, then blob frames. The header is the first frame that begins
// with '{'; what precedes it is the envelope of a REQ socket, at most an empty frame, or 4 bytes
// and an empty frame (REQ_CORRELATE), and is given back as it came.
//
// Requests are read strictly: an unknown field is an error that names the nearest one, every limit
// is checked, and an error points at what is wrong (`at` is a JSON pointer). Replies are read
// leniently: a newer daemon may say more. Pure functions; any thread.
#pragma once
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/error.h"
#include "schemas/wire_limits.h"
#include "schemas/wire_replies.h"
#include "schemas/wire_requests.h"

namespace docwright::wire {

// How many frames of a message precede its header (0, 1 or 2), whether or not the header is a good
// one.
std::size_t envelope_frames(std::span<const std::string_view> frames);

struct Request {
  std::string id;  // echoed in the reply; may be empty
  Verb verb;
};

// A request that is refused; `id` as far as it could be read, so that the reply finds its question.
struct Refusal {
  std::string id;
  Error error;
};

// `frames` without the envelope: the header, then the blobs. Of blobs only number and size are
// looked at: their text is the business of the pipeline's `validate`.
std::expected<Request, Refusal> parse_request(std::span<const std::string_view> frames,
                                              const Limits& limits);
std::string_view verb_name(const Verb& verb);
// The header frame. Rendering what parse_request() accepted gives an equal request.
std::string render_request(const Request& request);

template <class Reply>
std::string render_reply(std::string_view id, const Reply& reply);
std::string render_error(std::string_view id, const Error& error);

// One reply as a client reads it: the verb's reply, or the daemon's error. `id` is the request's.
template <class Reply>
struct Received {
  std::string id;
  Result<Reply> reply;
};
// An Error of its own (code invalid_request) where the frame is no reply of protocol 1.
template <class Reply>
Result<Received<Reply>> parse_reply(std::string_view frame);

// The second frame of a message on the events socket (the first is the topic), and back.
std::string render_event(const EventView& event, std::string_view instance);
struct ReceivedEvent {
  EventView event;
  std::string instance;
};
Result<ReceivedEvent> parse_event(std::string_view frame);

// As JSON for output (the CLI's -o json): the same form as on the wire.
template <class Value>
Json to_json(const Value& value);

}  // namespace docwright::wire
