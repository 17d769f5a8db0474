// What came from a provider, changed at random: no codec crashes, takes an answer as complete that
// the provider did not end, or believes a count that nobody made.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/unit/providers/fixtures.h"
#include "tests/unit/providers/mutate.h"

namespace docwright::providers {
namespace {

using testing::all_recorded;
using testing::Recorded;
using testing::registry;
using testing::with_codec;

class Mutations : public ::testing::TestWithParam<std::string> {
 protected:
  const Codec& codec() const { return *registry().find(GetParam())->codec; }
  std::vector<Recorded> recorded() const { return all_recorded(GetParam()); }
  CallResult<Answer> read(const Recorded& one) const { return testing::read(codec(), one); }
};

INSTANTIATE_TEST_SUITE_P(Codecs, Mutations, ::testing::ValuesIn(with_codec()),
                         [](const auto& info) { return info.param; });

// A stream of events, each with the blank line behind it. Empty for one in another form.
std::vector<std::string> events_of(const std::string& stream) {
  std::vector<std::string> events;
  if (stream.starts_with('[')) return events;
  std::string event;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t end = std::min(stream.find('\n', at), stream.size() - 1) + 1;
    const std::string line = stream.substr(at, end - at);
    event += line;
    at = end;
    if (line != "\n" && line != "\r\n") continue;
    events.push_back(std::move(event));
    event.clear();
  }
  if (!event.empty()) events.push_back(std::move(event));
  return events;
}

std::string joined(const std::vector<std::string>& events) {
  std::string stream;
  for (const std::string& event : events) stream += event;
  return stream;
}

void expect_sane(const CallResult<Answer>& result) {
  if (!result) {
    EXPECT_FALSE(result.error().message.empty());
    return;
  }
  EXPECT_FALSE(result->finish_raw.empty());
  if (!result->usage) return;
  const Usage& usage = *result->usage;
  EXPECT_GT(usage.input, 0);
  EXPECT_GE(usage.input_cached, 0);
  EXPECT_GE(usage.input_cache_write_1h, 0);
  EXPECT_LE(usage.input_cache_write_1h, usage.input_cache_write);
  EXPECT_LE(usage.input_cached + usage.input_cache_write, usage.input);
  EXPECT_GE(usage.reasoning, 0);
  EXPECT_LE(usage.reasoning, usage.output);
}

// Whatever is missing: what is left is the same end, and the same count or none.
TEST_P(Mutations, AnEventLessIsNoOtherEndAndNoOtherCount) {
  for (const Recorded& one : recorded()) {
    const CallResult<Answer> whole = read(one);
    if (!one.streamed || !whole) continue;
    const std::vector<std::string> events = events_of(one.response.body);
    for (std::size_t i = 0; i < events.size(); ++i) {
      SCOPED_TRACE(one.name + " without " + events[i]);
      std::vector<std::string> left = events;
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
      Recorded part = one;
      part.response.body = joined(left);
      const CallResult<Answer> result = read(part);
      if (!result) continue;
      if (whole->finish == Finish::complete) {
        EXPECT_EQ(result->finish_raw, whole->finish_raw);
      }
      if (result->usage && whole->usage) {
        EXPECT_EQ(result->usage, whole->usage);
      }
    }
  }
}

TEST_P(Mutations, AnEventThatComesTwiceIsNotCountedTwice) {
  for (const Recorded& one : recorded()) {
    const CallResult<Answer> whole = read(one);
    if (!one.streamed || !whole) continue;
    const std::vector<std::string> events = events_of(one.response.body);
    for (std::size_t i = 0; i < events.size(); ++i) {
      SCOPED_TRACE(one.name + " with twice " + events[i]);
      std::vector<std::string> more = events;
      more.insert(more.begin() + static_cast<std::ptrdiff_t>(i), events[i]);
      Recorded longer = one;
      longer.response.body = joined(more);
      const CallResult<Answer> result = read(longer);
      if (result && result->usage) {
        EXPECT_EQ(result->usage, whole->usage);
      }
    }
  }
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

TEST_P(Mutations, HowLinesEndAndBeginSaysNothing) {
  for (const Recorded& one : recorded()) {
    if (!one.streamed || one.response.body.starts_with('[')) continue;
    SCOPED_TRACE(one.name);
    const Json whole = testing::seen_of(read(one));
    const std::string plain = replaced(one.response.body, "\r\n", "\n");
    for (const std::string& body :
         {plain, replaced(plain, "\n", "\r\n"), replaced(plain, "\n", "\r"), "\xEF\xBB\xBF" + plain,
          ": waiting\n\n" + plain, replaced(plain, "data: ", "data:"),
          replaced(plain, "data: ", "id: 7\nretry: 10\ndata: ")}) {
      Recorded other = one;
      other.response.body = body;
      EXPECT_EQ(testing::seen_of(read(other)), whole) << body;
    }
  }
}

using testing::below;
using testing::mutate;
using testing::Random;

void mutate_stream(Recorded& one, Random& random) {
  std::vector<std::string> events = events_of(one.response.body);
  if (events.empty()) return;
  std::string& event = events[below(random, events.size())];
  const std::size_t at = event.find("data: ");
  if (at == event.npos) return;
  const std::size_t begin = at + 6, end = event.find_first_of("\r\n", begin);
  Result<Json> data = parse_json(event.substr(begin, end - begin));
  if (!data) return;
  mutate(*data, random);
  event.replace(begin, end - begin, data->dump());
  one.response.body = joined(events);
}

void mutate_bytes(std::string& body, Random& random) {
  if (body.empty()) return;
  const std::size_t at = below(random, body.size());
  switch (below(random, 3)) {
    case 0:
      body[at] = static_cast<char>(random());
      break;
    case 1:
      body.erase(at, 1 + below(random, 9));
      break;
    default:
      body.insert(at, body.substr(below(random, body.size()), 1 + below(random, 40)));
  }
}

TEST_P(Mutations, NothingThatIsWrongIsBelievedOrCrashes) {
  const std::vector<Recorded> all = recorded();
  Random random(20'260'801);
  for (int round = 0; round < 4'000; ++round) {
    Recorded one = all[below(random, all.size())];
    const std::string recorded_body = one.response.body;
    const bool bytes = below(random, 3) == 0;
    for (std::size_t times = 1 + below(random, 3); times > 0; --times) {
      if (bytes) {
        mutate_bytes(one.response.body, random);
      } else if (one.streamed) {
        mutate_stream(one, random);
      } else if (Result<Json> body = parse_json(one.response.body)) {
        mutate(*body, random);
        one.response.body = body->dump();
      }
    }
    SCOPED_TRACE(one.name + "\n" + one.response.body);
    const CallResult<Answer> after = read(one);
    expect_sane(after);
    // A word that the provider has not said ends nothing. Of random bytes nobody knows.
    if (!bytes && after && after->finish == Finish::complete) {
      EXPECT_TRUE(recorded_body.contains('"' + after->finish_raw + '"')) << after->finish_raw;
    }
    if (::testing::Test::HasFailure()) return;
  }
}

// Whether the member at `pointer` counts tokens, or holds one that does.
bool counts(const std::string& pointer, const Json& member) {
  return pointer.contains("sage") || member.dump().contains("sage");
}

// Every member of a document in turn, left out and replaced; with whether it counts.
void for_each_change(const Json& document,
                     const std::function<void(const Json& changed, bool counting)>& visit) {
  const Json others[] = {nullptr, true, -1, 1e300, "words", Json::array({nullptr}), Json::object()};
  std::set<std::string> seen;
  for (const auto& [pointer, value] : document.flatten().items()) {
    for (Json::json_pointer at(pointer); !at.empty() && seen.insert(at.to_string()).second;
         at.pop_back()) {
      const bool counting = counts(at.to_string(), document.at(at));
      for (const Json& other : others) {
        Json changed = document;
        changed[at] = other;
        visit(changed, counting);
      }
      Json fewer = document;
      Json& parent = fewer.at(at.parent_pointer());
      if (!parent.is_object()) continue;
      parent.erase(at.back());
      visit(fewer, counting);
    }
  }
}

// The bodies of a record in which one member is another.
void for_each_odd_body(const Recorded& one,
                       const std::function<void(const std::string& body, bool counting)>& visit) {
  std::vector<std::string> events = events_of(one.response.body);
  if (!one.streamed || events.empty()) {
    if (const Result<Json> body = parse_json(one.response.body))
      for_each_change(*body,
                      [&](const Json& changed, bool counting) { visit(changed.dump(), counting); });
    return;
  }
  for (std::string& event : events) {
    const std::string was = event;
    const std::size_t at = was.find("data: {");
    if (at == was.npos) continue;
    const Result<Json> data = parse_json(was.substr(at + 6));
    if (!data) continue;
    for_each_change(*data, [&](const Json& changed, bool counting) {
      event = was.substr(0, at + 6) + changed.dump() + "\n\n";
      visit(joined(events), counting);
    });
    event = was;
  }
}

TEST_P(Mutations, AnOddMemberBesideTheUsageLosesNone) {
  for (const Recorded& one : recorded()) {
    const CallResult<Answer> whole = read(one);
    if (!whole || !whole->usage) continue;
    for_each_odd_body(one, [&](const std::string& body, bool counting) {
      Recorded odd = one;
      odd.response.body = body;
      const CallResult<Answer> result = read(odd);
      SCOPED_TRACE(one.name + "\n" + body);
      expect_sane(result);
      if (result && !counting && result->text == whole->text) {
        EXPECT_EQ(result->usage, whole->usage);
      }
    });
  }
}

}  // namespace
}  // namespace docwright::providers
