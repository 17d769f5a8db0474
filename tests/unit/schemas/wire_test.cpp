// Protocol 1 as typed values: what is read, what is refused and with which words, what is written.
#include "schemas/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/id.h"

namespace docwright::wire {
namespace {

using ::testing::HasSubstr;

std::expected<Request, Refusal> parse(std::string_view header,
                                      std::vector<std::string_view> blobs = {},
                                      const Limits& limits = {}) {
  std::vector<std::string_view> frames = {header};
  frames.insert(frames.end(), blobs.begin(), blobs.end());
  return parse_request(frames, limits);
}

TEST(Envelope, IsThatOfReqAtMost) {
  EXPECT_EQ(envelope_frames(std::vector<std::string_view>{"{}"}), 0u);
  EXPECT_EQ(envelope_frames(std::vector<std::string_view>{"", "{}"}), 1u);
  EXPECT_EQ(envelope_frames(std::vector<std::string_view>{"abcd", "", "{}"}), 2u);
  EXPECT_EQ(envelope_frames(std::vector<std::string_view>{"{}", "", "{}"}), 0u);
  EXPECT_EQ(envelope_frames(std::vector<std::string_view>{}), 0u);
  EXPECT_EQ(envelope_frames(std::vector<std::string_view>{""}), 0u);
}

TEST(Envelope, ACorrelationNumberMayBeginLikeAHeader) {
  EXPECT_EQ(envelope_frames(std::vector<std::string_view>{"{\x01\x02\x03", "", "{}"}), 2u);
}

TEST(Submit, ReadsEveryField) {
  const auto request = parse(
      R"({"docwright":1,"id":"c1","verb":"submit","project":"shop","tenant":"red","jobs":[
          {"key":"k","pipeline":"docstrings","model":"offline","path":"src/a.py","blob":0,"priority":-5,"tenant":"blue","budget":"0.50USD",
           "budget_tokens":9000,"delay":"10s","deadline":"2h","answer_language":"German","parameters":{"temperature":0},"fresh":true,
           "force":true,"labels":{"pr":"71","z":""},"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
          {"path":"src/b.py","blob":0}]})",
      {"x = 1"});
  ASSERT_TRUE(request) << request.error().error.message;
  EXPECT_EQ(request->id, "c1");
  const auto& submit = std::get<SubmitRequest>(request->verb);
  EXPECT_EQ(submit.project, "shop");
  ASSERT_EQ(submit.jobs.size(), 2u);
  const SubmitJob& job = submit.jobs[0];
  EXPECT_EQ(job.key, "k");
  EXPECT_EQ(job.model, "offline");
  EXPECT_EQ(job.path, "src/a.py");
  EXPECT_EQ(job.priority, -5);
  EXPECT_EQ(job.tenant, "blue");
  EXPECT_EQ(job.budget, "0.50USD");
  EXPECT_EQ(job.budget_tokens, 9000);
  EXPECT_EQ(job.delay, std::chrono::seconds(10));
  EXPECT_EQ(job.deadline, std::chrono::hours(2));
  EXPECT_EQ(job.answer_language, "German");
  EXPECT_EQ(job.parameters.dump(), R"({"temperature":0})");
  EXPECT_TRUE(job.fresh);
  EXPECT_TRUE(job.force);
  EXPECT_EQ(job.labels, (Labels{{"pr", "71"}, {"z", ""}}));
  EXPECT_EQ(submit.jobs[1].tenant, "red") << "the message's";
  EXPECT_FALSE(submit.jobs[1].deadline) << "the daemon's";
}

struct Wrong {
  std::string_view what;
  std::string_view header;
  std::string_view code, message, at;
  std::vector<std::string_view> blobs = {};
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.what;
}

class Refused : public ::testing::TestWithParam<Wrong> {};

TEST_P(Refused, SaysWhatWhereAndWhatInstead) {
  const auto& [what, header, code, message, at, blobs] = GetParam();
  const auto request = parse(header, blobs);
  ASSERT_FALSE(request) << what;
  EXPECT_EQ(name(request.error().error.code), code);
  EXPECT_THAT(request.error().error.message, HasSubstr(message));
  EXPECT_EQ(request.error().error.at, at);
}

#define SUBMIT(fields) \
  R"({"docwright":1,"verb":"submit","jobs":[{"path":"a.py","blob":0)" fields "}]}"
const std::vector<std::string_view>& one_blob() {
  static const std::vector<std::string_view> blobs = {"x"};
  return blobs;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, Refused,
    ::testing::Values(
        Wrong{"no header", "hello", "invalid_request", "begin with '{'", ""},
        Wrong{"blank before the header", " {}", "invalid_request", "begin with '{'", ""},
        Wrong{"cut JSON", R"({"docwright":1,)", "invalid_request", "not JSON", ""},
        Wrong{"two values", R"({"docwright":1} {})", "invalid_request", "not JSON", ""},
        Wrong{"bad UTF-8", "{\"docwright\":1,\"verb\":\"p\xff\"}", "invalid_request", "not JSON",
              ""},
        Wrong{"key twice", R"({"docwright":1,"verb":"ping","verb":"ping"})", "invalid_request",
              "key 'verb' stands twice", "/verb"},
        Wrong{"no version", R"({"verb":"ping"})", "unsupported_version",
              "field 'docwright' is missing", "/docwright"},
        Wrong{"other version", R"({"docwright":2,"verb":"ping"})", "unsupported_version",
              "version 1", "/docwright"},
        Wrong{"version as text", R"({"docwright":"1","verb":"ping"})", "unsupported_version",
              "version 1", "/docwright"},
        Wrong{"no verb", R"({"docwright":1})", "invalid_request", "field 'verb' is missing",
              "/verb"},
        Wrong{"verb is no text", R"({"docwright":1,"verb":7})", "invalid_request",
              "expected a text", "/verb"},
        Wrong{"unknown verb", R"({"docwright":1,"verb":"sumbit"})", "unknown_verb",
              "unknown verb 'sumbit' (did you mean 'submit'?)", "/verb"},
        Wrong{"unknown field", R"({"docwright":1,"verb":"ping","idd":"x"})", "invalid_request",
              "unknown field 'idd' (did you mean 'id'?)", "/idd"},
        Wrong{"id is no text", R"({"docwright":1,"verb":"ping","id":1})", "invalid_request",
              "expected a text, not an integer", "/id"},
        Wrong{"blob with a ping", R"({"docwright":1,"verb":"ping"})", "invalid_request",
              "only a submit has blob frames", "", one_blob()},
        Wrong{"no jobs", R"({"docwright":1,"verb":"submit"})", "invalid_request",
              "field 'jobs' is missing", "/jobs"},
        Wrong{"empty jobs", R"({"docwright":1,"verb":"submit","jobs":[]})", "invalid_request",
              "must not be empty", "/jobs"},
        Wrong{"jobs is no list", R"({"docwright":1,"verb":"submit","jobs":{}})", "invalid_request",
              "expected a list, not an object", "/jobs"},
        Wrong{"job is no object", R"({"docwright":1,"verb":"submit","jobs":["a"]})",
              "invalid_request", "expected an object, not a text", "/jobs/0"},
        Wrong{"no path", R"({"docwright":1,"verb":"submit","jobs":[{"blob":0}]})",
              "invalid_request", "field 'path' is missing", "/jobs/0/path", one_blob()},
        Wrong{"no blob field", R"({"docwright":1,"verb":"submit","jobs":[{"path":"a"}]})",
              "invalid_request", "field 'blob' is missing", "/jobs/0/blob", one_blob()},
        Wrong{"empty path", R"({"docwright":1,"verb":"submit","jobs":[{"path":"","blob":0}]})",
              "invalid_request", "must not be empty", "/jobs/0/path", one_blob()},
        Wrong{"line break in path",
              R"({"docwright":1,"verb":"submit","jobs":[{"path":"a\nb","blob":0}]})",
              "invalid_request", "control characters", "/jobs/0/path", one_blob()},
        Wrong{"no blob frame", SUBMIT(""), "invalid_request",
              "there is no blob frame 0: 0 came after the header", "/jobs/0/blob"},
        Wrong{"blob nobody names",
              SUBMIT(""),
              "invalid_request",
              "no job names blob frame 1",
              "/jobs",
              {"x", "y"}},
        Wrong{"negative blob", R"({"docwright":1,"verb":"submit","jobs":[{"path":"a","blob":-1}]})",
              "invalid_request", "out of range", "/jobs/0/blob", one_blob()},
        Wrong{"unknown field of a job", SUBMIT(R"(,"pipline":"docstrings")"), "invalid_request",
              "unknown field 'pipline' (did you mean 'pipeline'?)", "/jobs/0/pipline", one_blob()},
        Wrong{"pointer is escaped", SUBMIT(R"(,"a/b~c":1)"), "invalid_request",
              "unknown field 'a/b~c'", "/jobs/0/a~1b~0c", one_blob()},
        Wrong{"null", SUBMIT(R"(,"key":null)"), "invalid_request", "expected a text, not null",
              "/jobs/0/key", one_blob()},
        Wrong{"priority over", SUBMIT(R"(,"priority":101)"), "invalid_request",
              "out of range: -100 to 100", "/jobs/0/priority", one_blob()},
        Wrong{"priority with a fraction", SUBMIT(R"(,"priority":1.5)"), "invalid_request",
              "expected an integer, not a number with a fraction", "/jobs/0/priority", one_blob()},
        Wrong{"priority beyond 64 bits", SUBMIT(R"(,"priority":99999999999999999999)"),
              "invalid_request", "expected an integer, not a number beyond 64 bits",
              "/jobs/0/priority", one_blob()},
        Wrong{"field without a name", SUBMIT(R"(,"":1)"), "invalid_request", "unknown field ''",
              "/jobs/0/", one_blob()},
        Wrong{"tokens beyond 64 bits", SUBMIT(R"(,"budget_tokens":18446744073709551615)"),
              "invalid_request", "out of range", "/jobs/0/budget_tokens", one_blob()},
        Wrong{"delay without unit", SUBMIT(R"(,"delay":"10")"), "invalid_request", "",
              "/jobs/0/delay", one_blob()},
        Wrong{"delay as number", SUBMIT(R"(,"delay":10)"), "invalid_request",
              "expected a duration such as \"30s\", not an integer", "/jobs/0/delay", one_blob()},
        Wrong{"delay too long", SUBMIT(R"(,"delay":"31d")"), "invalid_request", "out of range",
              "/jobs/0/delay", one_blob()},
        Wrong{"delay beyond the deadline", SUBMIT(R"(,"delay":"2h","deadline":"1h")"),
              "invalid_request", "shorter than the deadline", "/jobs/0/delay", one_blob()},
        Wrong{"labels of numbers", SUBMIT(R"(,"labels":{"pr":71})"), "invalid_request",
              "expected a text, not an integer", "/jobs/0/labels/pr", one_blob()},
        Wrong{"empty label name", SUBMIT(R"(,"labels":{"":"x"})"), "invalid_request",
              "name of the label", "/jobs/0/labels", one_blob()},
        Wrong{"parameters is no object", SUBMIT(R"(,"parameters":[])"), "invalid_request",
              "expected an object, not a list", "/jobs/0/parameters", one_blob()},
        Wrong{"bad traceparent",
              SUBMIT(R"(,"traceparent":"00-00000000000000000000000000000000-b7ad6b7169203331-01")"),
              "invalid_request", "not a W3C traceparent", "/jobs/0/traceparent", one_blob()},
        Wrong{"truth as text", SUBMIT(R"(,"fresh":"yes")"), "invalid_request",
              "expected true or false, not a text", "/jobs/0/fresh", one_blob()},
        Wrong{
            "same key twice",
            R"({"docwright":1,"verb":"submit","jobs":[{"path":"a","blob":0,"key":"k"},{"path":"b","blob":0,"key":"k"}]})",
            "invalid_request", "job 0 has the same key", "/jobs/1/key", one_blob()},
        Wrong{"batch is no id",
              R"({"docwright":1,"verb":"submit","batch":"mine","jobs":[{"path":"a","blob":0}]})",
              "invalid_request", "not an id", "/batch", one_blob()},
        Wrong{"selection of nothing", R"({"docwright":1,"verb":"status"})", "invalid_request",
              "exactly one of 'jobs' and 'batch'", ""},
        Wrong{"selection of both",
              R"({"docwright":1,"verb":"cancel","jobs":["0190d3c2"],"batch":"0190d3c2"})",
              "invalid_request", "exactly one of 'jobs', 'batch' and 'all'", ""},
        Wrong{"short prefix", R"({"docwright":1,"verb":"status","jobs":["0190d3c2","0190"]})",
              "invalid_request", "too short: at least 8 characters", "/jobs/1"},
        Wrong{"result of nothing", R"({"docwright":1,"verb":"result"})", "invalid_request",
              "'jobs', 'batch' and 'project'", ""},
        Wrong{"waiting for a project",
              R"({"docwright":1,"verb":"result","project":"shop","wait":"1s"})", "invalid_request",
              "a project never ends", "/wait"},
        Wrong{"waiting too long",
              R"({"docwright":1,"verb":"wait","batch":"0190d3c2","timeout":"2h"})",
              "invalid_request", "out of range", "/timeout"},
        Wrong{"page of none", R"({"docwright":1,"verb":"list","limit":0})", "invalid_request",
              "out of range: 1 to 1000", "/limit"},
        Wrong{"unknown state", R"({"docwright":1,"verb":"list","states":["runing"]})",
              "invalid_request", "'runing' is none of", "/states/0"},
        Wrong{"negative seq", R"({"docwright":1,"verb":"events_since","seq":-1})",
              "invalid_request", "out of range: at least 0", "/seq"},
        Wrong{"budget action", R"({"docwright":1,"verb":"budget","action":"sett"})",
              "invalid_request", "(did you mean 'set'?)", "/action"},
        Wrong{"cache shown of a model", R"({"docwright":1,"verb":"cache","model":"gpt"})",
              "invalid_request", "belong to \"clear\"", "/action"},
        Wrong{"cache cleared by groups",
              R"({"docwright":1,"verb":"cache","action":"clear","by":"tenant"})", "invalid_request",
              "belongs to \"show\"", "/by"},
        Wrong{"budget without limit", R"({"docwright":1,"verb":"budget","action":"set"})",
              "invalid_request", "takes 'limit' or 'tokens'", ""},
        Wrong{"use without name", R"({"docwright":1,"verb":"provider","action":"use"})",
              "invalid_request", "takes its 'name'", "/name"},
        Wrong{"name without use", R"({"docwright":1,"verb":"provider","name":"openai"})",
              "invalid_request", "'name' belongs to \"use\"", "/action"},
        Wrong{"limit without set", R"({"docwright":1,"verb":"budget","limit":"2USD"})",
              "invalid_request", "belong to \"set\"", "/action"}));

#undef SUBMIT

TEST(Limits, AreEachNamed) {
  const std::string ping = R"({"docwright":1,"verb":"ping"})";
  const Limits small{.frame_bytes = 64, .message_bytes = 100, .jobs = 1, .frames = 3};
  const std::string long_blob(65, 'x');
  const std::string half(40, 'x');
  EXPECT_EQ(parse(ping, {long_blob}, small).error().error,
            (Error{Code::too_large, "frame 1 has 65 bytes: at most 64 are allowed"}));
  EXPECT_EQ(parse(ping, {half, half}, small).error().error,
            (Error{Code::too_large, "the message has 109 bytes: at most 100 are allowed"}));
  EXPECT_EQ(parse(ping, {"", "", ""}, small).error().error,
            (Error{Code::too_large, "too many frames: at most 3 are allowed in one message"}));
  const auto two = parse(
      R"({"docwright":1,"verb":"submit","jobs":[{"path":"a","blob":0},{"path":"b","blob":0}]})",
      {"x"}, Limits{.jobs = 1});
  EXPECT_EQ(two.error().error,
            (Error{Code::too_large, "2 jobs are too many for one message: at most 1 are allowed",
                   "/jobs"}));
  const std::string huge =
      R"({"docwright":1,"verb":"ping","id":")" + std::string(kHeaderBytes, 'x') + "\"}";
  EXPECT_EQ(parse(huge).error().error.code, Code::too_large);
  const std::string long_key =
      R"({"docwright":1,"verb":"list","key":")" + std::string(201, 'k') + "\"}";
  EXPECT_EQ(parse(long_key).error().error,
            (Error{Code::too_large, "201 bytes are too long: at most 200 are allowed", "/key"}));
}

TEST(Limits, DeepNestingIsRefused) {
  const std::string deep = R"({"docwright":1,"verb":"ping","id":)" + std::string(50'000, '[') +
                           std::string(50'000, ']') + "}";
  const auto request = parse(deep);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().error.code, Code::invalid_request);
  EXPECT_THAT(request.error().error.message, HasSubstr("128"));
}

TEST(Refusal, KeepsTheIdThatTheReplyNeeds) {
  EXPECT_EQ(parse(R"({"docwright":1,"id":"c7","verb":"nonsense"})").error().id, "c7");
  EXPECT_EQ(parse(R"({"id":"c7"})").error().id, "c7");
}

TEST(Rendering, RequestsComeBackAsTheyWere) {
  const std::string batch = new_id(Time{std::chrono::days(20000)});
  const std::vector<Request> requests = {
      {"1", PingRequest{}},
      {"2", SubmitRequest{.project = "p",
                          .batch = batch,
                          .jobs = {{.path = "a \"quoted\" \\ path \u00e9",
                                    .key = "k",
                                    .tenant = "default",
                                    .delay = std::chrono::seconds(3),
                                    .labels = {{"a", "b"}}}}}},
      {"3", StatusRequest{{.jobs = {batch}}, std::chrono::seconds(30), 7, "cursor"}},
      {"4",
       ListRequest{.states = {"queued", "failed"}, .path_prefix = "src/", .labels = {{"pr", "1"}}}},
      {"5", ResultRequest{{.batch = batch}, "", "default", std::chrono::seconds(1), true}},
      {"6", WaitRequest{{.batch = batch}, std::chrono::minutes(1)}},
      {"6", WaitRequest{{.batch = batch}, Duration{}}},  // does not wait, unlike without a timeout
      {"7", CancelRequest{{.jobs = {batch}}}},
      {"8", RetryRequest{{.batch = batch}, true}},
      {"9", PauseRequest{.pipeline = "p", .reason = "because"}},
      {"", ResumeRequest{}},
      {"10", EventsSinceRequest{.seq = 4, .topic = "job.", .limit = 3}},
      {"10", ProviderRequest{.action = "use", .name = "gemini", .by = "anna"}},
      {"11", BudgetRequest{.action = "set", .window = "day", .limit = "2USD", .tokens = 0}},
  };
  for (const Request& request : requests) {
    const std::string first = render_request(request);
    std::vector<std::string_view> frames = {first};
    if (std::holds_alternative<SubmitRequest>(request.verb)) frames.push_back("source");
    const auto read = parse_request(frames, {});
    ASSERT_TRUE(read) << first << ": " << read.error().error.message << " at "
                      << read.error().error.at;
    EXPECT_EQ(render_request(*read), first);
    EXPECT_EQ(read->id, request.id);
    if (const auto* wait = std::get_if<WaitRequest>(&read->verb))
      EXPECT_EQ(wait->timeout, std::get<WaitRequest>(request.verb).timeout);
    EXPECT_EQ(verb_name(read->verb), verb_name(request.verb));
  }
}

TEST(Rendering, RepliesComeBackAsTheyWere) {
  StatusReply reply{
      .done = true, .summary = {.jobs = 1, .states = {.waiting = 1}, .cost_nusd = 12}, .next = "n"};
  JobView job{.id = "j",
              .state = "waiting",
              .priority = -3,
              .created_at = Time{std::chrono::milliseconds(1'700'000'000'123)},
              .labels = {{"pr", "71"}}};
  job.waiting =
      Waiting{.reason = "budget", .detail = "no money", .until = Time{std::chrono::days(20001)}};
  reply.jobs = {job};
  const std::string text = render_reply("c1", reply);
  const auto read = parse_reply<StatusReply>(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->id, "c1");
  ASSERT_TRUE(read->reply);
  EXPECT_EQ(render_reply("c1", *read->reply), text);
  EXPECT_EQ(read->reply->jobs[0].waiting->until, job.waiting->until);
  EXPECT_FALSE(read->reply->jobs[0].error);
}

TEST(Rendering, SubmitReplyIsAsTheProtocolSays) {
  EXPECT_EQ(
      render_reply("c1", SubmitReply{.batch = "b", .jobs = {{"j", "queued", false}}}),
      R"({"docwright":1,"id":"c1","ok":true,"batch":"b","jobs":[{"id":"j","state":"queued","duplicate":false}],"warnings":[]})");
  EXPECT_EQ(render_reply("", PipelinesReply{}), R"({"docwright":1,"ok":true,"pipelines":[]})");
}

TEST(Rendering, ErrorsComeBackAsTheyWere) {
  const Error error{Code::busy, "the queue is full: \"try\" later", "/jobs",
                    std::chrono::milliseconds(1500)};
  const std::string text = render_error("c1", error);
  EXPECT_EQ(
      text,
      R"({"docwright":1,"id":"c1","ok":false,"error":{"code":"busy","message":"the queue is full: \"try\" later","at":"/jobs","retry_after_ms":1500}})");
  const auto read = parse_reply<SubmitReply>(text);
  ASSERT_TRUE(read);
  ASSERT_FALSE(read->reply);
  EXPECT_EQ(read->reply.error(), error);
}

TEST(Rendering, BadUtf8NeverLeaves) {
  const std::string text = render_error("\xff\x01", Error{Code::internal, "bad \xc3 byte"});
  EXPECT_THAT(text, HasSubstr("\uFFFD"));
  EXPECT_THAT(text, HasSubstr("\\u0001"));
  EXPECT_TRUE(parse_json(text));
}

TEST(Replies, AreReadLeniently) {
  const auto read = parse_reply<SubmitReply>(
      R"({"docwright":1,"id":"c","ok":true,"batch":"b","jobs":[{"id":"j","state":"queued","duplicate":false,"later":1}],"more":{}})");
  ASSERT_TRUE(read && read->reply);
  EXPECT_EQ(read->reply->jobs[0].id, "j");
  EXPECT_FALSE(parse_reply<SubmitReply>(R"({"docwright":1,"ok":true,"batch":1})"));
  EXPECT_FALSE(parse_reply<SubmitReply>(R"({"docwright":2,"ok":true})"));
  EXPECT_FALSE(parse_reply<SubmitReply>("pong"));
}

TEST(Events, ComeBackAsTheyWere) {
  EventView event{.seq = 7,
                  .at = Time{std::chrono::days(20000)},
                  .topic = "job.x",
                  .event = Json::parse(R"({"event":"succeeded"})")};
  const auto read = parse_event(render_event(event, "i"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->instance, "i");
  EXPECT_EQ(read->event.seq, 7);
  EXPECT_EQ(read->event.topic, "job.x");
  EXPECT_EQ(read->event.event, event.event);
}

}  // namespace
}  // namespace docwright::wire
