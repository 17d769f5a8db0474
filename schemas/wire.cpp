#include "schemas/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/text.h"
#include "schemas/wire_checks.h"
// clang-format off: the reader and the writer use the descriptions.
#include "schemas/wire_describe_replies.h"
#include "schemas/wire_describe_requests.h"
#include "schemas/wire_reader.h"
#include "schemas/wire_writer.h"
// clang-format on

namespace docwright::wire {
namespace {

// In the order of Verb's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Verb>> kVerbs = {
    "ping",   "submit",       "status", "list",   "result",    "wait",
    "cancel", "retry",        "pause",  "resume", "pipelines", "models",
    "stats",  "events_since", "budget", "cache",  "provider"};

constexpr Rule kRequestId = {.bytes_max = kIdBytes};

Result<Json> parse_object(std::string_view text) {
  Result<Json> json = parse_json(text);
  if (json && !json->is_object())
    return fail(Code::invalid_request, "the header must be a JSON object");
  return json;
}

// The id of a request that may be wrong in every other way, so that its refusal can be matched.
std::string id_of(const Json& header) {
  const auto at = header.find("id");
  if (at == header.end() || !at->is_string()) return {};
  std::string id = at->get<std::string>();
  return id.size() <= kIdBytes ? id : std::string();
}

std::optional<Error> check_frames(std::span<const std::string_view> frames, const Limits& limits) {
  if (frames.empty() || !frames.front().starts_with('{')) {
    return Error{Code::invalid_request,
                 "no header: the first frame (after the envelope of a REQ socket at most) must be "
                 "a JSON object and begin with '{'; see docs/protocol.md"};
  }
  if (frames.size() > limits.frames) {
    return Error{
        Code::too_large,
        fmt::format("too many frames: at most {} are allowed in one message", limits.frames)};
  }
  if (frames.front().size() > kHeaderBytes)
    return Error{Code::too_large, fmt::format("the header has {} bytes: at most {} are allowed",
                                              frames.front().size(), kHeaderBytes)};
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    bytes += frames[i].size();
    if (frames[i].size() > limits.frame_bytes) {
      return Error{Code::too_large, fmt::format("frame {} has {} bytes: at most {} are allowed", i,
                                                frames[i].size(), limits.frame_bytes)};
    }
  }
  if (bytes > limits.message_bytes)
    return Error{Code::too_large, fmt::format("the message has {} bytes: at most {} are allowed",
                                              bytes, limits.message_bytes)};
  return std::nullopt;
}

std::optional<Error> check_version(const Json& header) {
  const auto at = header.find("docwright");
  if (at == header.end())
    return Error{Code::unsupported_version,
                 "field 'docwright' is missing: it says the version of the protocol, 1",
                 "/docwright"};
  if (at->is_number_integer() && at->get<std::int64_t>() == kVersion) return std::nullopt;
  return Error{Code::unsupported_version,
               fmt::format("this daemon speaks version {} of the protocol only", kVersion),
               "/docwright"};
}

Result<std::size_t> verb_of(const Json& header) {
  const auto at = header.find("verb");
  if (at == header.end()) return fail(Code::invalid_request, "field 'verb' is missing", "/verb");
  const auto* text = at->get_ptr<const Json::string_t*>();
  if (text == nullptr) return fail(Code::invalid_request, "expected a text", "/verb");
  const auto verb = std::ranges::find(kVerbs, *text);
  if (verb != kVerbs.end()) return static_cast<std::size_t>(verb - kVerbs.begin());
  const std::string shown = text->substr(0, 64);
  return fail(Code::unknown_verb,
              fmt::format("unknown verb '{}'{}", to_valid_utf8(shown), did_you_mean(shown, kVerbs)),
              "/verb");
}

template <std::size_t Index>
Verb read_verb(const Json& header, std::optional<Error>& error) {
  std::variant_alternative_t<Index, Verb> request;
  const Place root;
  Reader reader(header, root, Reader::Mode::strict, error);
  std::int64_t version = 0;
  std::string id, verb;
  reader("docwright", version);
  reader("id", id, kRequestId);
  reader("verb", verb);
  describe(reader, request);
  reader.finish();
  return Verb(std::move(request));
}

using ReadVerb = Verb (*)(const Json&, std::optional<Error>&);

template <std::size_t... Index>
constexpr auto readers(std::index_sequence<Index...>) {
  return std::array<ReadVerb, sizeof...(Index)>{&read_verb<Index>...};
}

// A job's tenant is the message's unless it says its own.
void inherit_tenant(SubmitRequest& request) {
  for (SubmitJob& job : request.jobs) {
    if (job.tenant.empty()) job.tenant = request.tenant;
  }
}

Result<Verb> parse_header(const Json& header, std::span<const std::string_view> blobs,
                          const Limits& limits) {
  if (auto error = check_version(header)) return std::unexpected(std::move(*error));
  const Result<std::size_t> index = verb_of(header);
  if (!index) return std::unexpected(index.error());
  static constexpr auto kReaders = readers(std::make_index_sequence<kVerbs.size()>());
  std::optional<Error> error;
  Verb verb = kReaders[*index](header, error);
  if (error) return std::unexpected(std::move(*error));
  if (auto* submit = std::get_if<SubmitRequest>(&verb)) inherit_tenant(*submit);
  if (auto problem = check(verb, blobs, limits)) return std::unexpected(std::move(*problem));
  return verb;
}

std::string begin_reply(std::string_view id, bool ok) {
  std::string out = fmt::format("{{\"docwright\":{}", kVersion);
  if (!id.empty()) {
    out += ",\"id\":";
    append_quoted(out, id);
  }
  out += ok ? ",\"ok\":true" : ",\"ok\":false";
  return out;
}

Error read_error(const Json& reply) {
  Error error{Code::internal, "the daemon refused without saying why"};
  const auto at = reply.find("error");
  if (at == reply.end() || !at->is_object()) return error;
  JobError view;
  std::int64_t retry_after_ms = 0;
  std::optional<Error> ignored;
  const Place root;
  Reader reader(*at, root, Reader::Mode::lenient, ignored);
  describe(reader, view);
  reader("retry_after_ms", retry_after_ms);
  error.code = code_named(view.code).value_or(Code::internal);
  error.message = std::move(view.message);
  error.at = std::move(view.at);
  if (retry_after_ms > 0) error.retry_after = std::chrono::milliseconds(retry_after_ms);
  return error;
}

}  // namespace

std::size_t envelope_frames(std::span<const std::string_view> frames) {
  // The 4 bytes of REQ_CORRELATE are a number and may begin with '{', so they are looked for first:
  // no header is that short.
  if (frames.size() > 2 && frames[0].size() == 4 && frames[1].empty()) return 2;
  if (frames.size() > 1 && frames[0].empty()) return 1;
  return 0;
}

std::expected<Request, Refusal> parse_request(std::span<const std::string_view> frames,
                                              const Limits& limits) {
  if (auto error = check_frames(frames, limits))
    return std::unexpected(Refusal{{}, std::move(*error)});
  Result<Json> header = parse_object(frames.front());
  if (!header) return std::unexpected(Refusal{{}, std::move(header.error())});
  std::string id = id_of(*header);
  Result<Verb> verb = parse_header(*header, frames.subspan(1), limits);
  if (!verb) return std::unexpected(Refusal{std::move(id), std::move(verb.error())});
  return Request{std::move(id), std::move(*verb)};
}

std::string_view verb_name(const Verb& verb) {
  return kVerbs[verb.index()];
}

std::string render_request(const Request& request) {
  std::string out;
  Writer writer(out, Writer::Mode::terse);
  writer("docwright", kVersion);
  writer("id", request.id);
  writer("verb", std::string(verb_name(request.verb)));
  std::visit([&](const auto& verb) { describe(writer, verb); }, request.verb);
  writer.close();
  return out;
}

template <class Reply>
std::string render_reply(std::string_view id, const Reply& reply) {
  std::string out = begin_reply(id, true);
  const std::size_t at = out.size();
  Writer writer(out, Writer::Mode::full);
  describe(writer, reply);
  // The writer began an object of its own; its fields go on where the envelope's end.
  if (out.size() > at + 1) {
    out[at] = ',';
  } else {
    out.pop_back();
  }
  writer.close();
  return out;
}

std::string render_error(std::string_view id, const Error& error) {
  std::string out = begin_reply(id, false);
  out += ",\"error\":";
  Writer writer(out, Writer::Mode::full);
  writer("code", std::string(name(error.code)));
  writer("message", error.message);
  writer("at", error.at);
  if (error.retry_after)
    writer("retry_after_ms", static_cast<std::int64_t>(error.retry_after->count()));
  writer.close();
  out += '}';
  return out;
}

template <class Reply>
Result<Received<Reply>> parse_reply(std::string_view frame) {
  const Result<Json> json = parse_object(frame);
  if (!json)
    return fail(Code::invalid_request,
                "the daemon's reply cannot be read: " + json.error().message);
  if (check_version(*json))
    return fail(Code::unsupported_version, "the daemon does not speak version 1 of the protocol");
  Received<Reply> received{.id = id_of(*json), .reply = Reply{}};
  const auto ok = json->find("ok");
  if (ok == json->end() || !ok->is_boolean())
    return fail(Code::invalid_request, "the daemon's reply lacks the field 'ok'", "/ok");
  if (!ok->get<bool>()) {
    received.reply = std::unexpected(read_error(*json));
    return received;
  }
  std::optional<Error> error;
  const Place root;
  Reader reader(*json, root, Reader::Mode::lenient, error);
  describe(reader, *received.reply);
  if (error)
    return fail(Code::invalid_request, "the daemon's reply cannot be read: " + error->message,
                error->at);
  return received;
}

std::string render_event(const EventView& event, std::string_view instance) {
  std::string out;
  Writer writer(out, Writer::Mode::full);
  writer("docwright", kVersion);
  writer("instance", std::string(instance));
  describe(writer, event);
  writer.close();
  return out;
}

Result<ReceivedEvent> parse_event(std::string_view frame) {
  const Result<Json> json = parse_object(frame);
  if (!json) return std::unexpected(json.error());
  ReceivedEvent received;
  std::optional<Error> error;
  const Place root;
  Reader reader(*json, root, Reader::Mode::lenient, error);
  reader("instance", received.instance);
  describe(reader, received.event);
  if (error) return std::unexpected(std::move(*error));
  return received;
}

template <class Value>
Json to_json(const Value& value) {
  std::string out;
  Writer writer(out, Writer::Mode::full);
  describe(writer, value);
  writer.close();
  return parse_json(out).value_or(Json::object());
}

#define DOCWRIGHT_WIRE_REPLY(Reply)                                         \
  template std::string render_reply<Reply>(std::string_view, const Reply&); \
  template Result<Received<Reply>> parse_reply<Reply>(std::string_view);    \
  template Json to_json<Reply>(const Reply&);

DOCWRIGHT_WIRE_REPLY(PingReply)
DOCWRIGHT_WIRE_REPLY(SubmitReply)
DOCWRIGHT_WIRE_REPLY(StatusReply)
DOCWRIGHT_WIRE_REPLY(ListReply)
DOCWRIGHT_WIRE_REPLY(ResultReply)
DOCWRIGHT_WIRE_REPLY(WaitReply)
DOCWRIGHT_WIRE_REPLY(ChangeReply)
DOCWRIGHT_WIRE_REPLY(PauseReply)
DOCWRIGHT_WIRE_REPLY(PipelinesReply)
DOCWRIGHT_WIRE_REPLY(ModelsReply)
DOCWRIGHT_WIRE_REPLY(StatsReply)
DOCWRIGHT_WIRE_REPLY(EventsSinceReply)
DOCWRIGHT_WIRE_REPLY(BudgetReply)
DOCWRIGHT_WIRE_REPLY(CacheReply)
DOCWRIGHT_WIRE_REPLY(ProviderReply)

#undef DOCWRIGHT_WIRE_REPLY

template Json to_json<JobView>(const JobView&);
template Json to_json<DocumentView>(const DocumentView&);
template Json to_json<Summary>(const Summary&);
template Json to_json<BudgetView>(const BudgetView&);
template Json to_json<PauseView>(const PauseView&);
template Json to_json<EventView>(const EventView&);
template Json to_json<PipelineView>(const PipelineView&);
template Json to_json<ModelView>(const ModelView&);
template Json to_json<SubmittedJob>(const SubmittedJob&);
template Json to_json<ChangedJob>(const ChangedJob&);

}  // namespace docwright::wire
