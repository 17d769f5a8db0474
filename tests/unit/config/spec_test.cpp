// One spec, and what comes from it: values, errors, origins, schema, reference.
#include "config/spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/text.h"

namespace docwright::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

enum class Colour { red, green };

struct Inner {
  int depth = 3;
  std::string name;
};

struct Sample {
  bool on = true;
  int count = 5;
  double ratio = 0.5;
  std::string text = "a";
  std::string price;
  std::string url;
  Colour colour = Colour::red;
  Duration time = std::chrono::seconds(30);
  std::size_t size = 65536;
  std::vector<std::string> list;
  std::map<std::string, std::int64_t> numbers;
  Json parameters = Json::object();
  Node raw;
  SecretRef key;
  Inner inner;
  std::map<std::string, Inner> table;
  std::vector<Inner> records;
};

const Spec<Inner>& inner_spec() {
  static const Spec<Inner> spec(
      "Something nested.",
      {option("depth", &Inner::depth).range(1, 9).unit("levels").about("How deep."),
       option("name", &Inner::name).required().about("What it is called.")});
  return spec;
}

const Spec<Sample>& sample_spec() {
  using S = Sample;
  static const Spec<S> spec(
      "A sample.",
      {option("on", &S::on).about("Whether."),
       option("count", &S::count).range(1, 100).unit("pieces").about("How many."),
       option("ratio", &S::ratio).range(0, 1).about("How much."),
       option("text", &S::text).range(1, 5).about("A word."),
       option("price", &S::price).money().about("What it costs."),
       option("url", &S::url).url().about("Where."),
       word("colour", &S::colour, {{"red", Colour::red}, {"green", Colour::green}}).about("Which."),
       option("time", &S::time)
           .range(std::chrono::seconds(1), std::chrono::minutes(5))
           .about("How long."),
       option("size", &S::size).bytes().range(1024, 1 << 20).about("How large."),
       option("list", &S::list).range(0, 2).about("Some."),
       option("numbers", &S::numbers).range(1, 10).about("By name."),
       option("parameters", &S::parameters)
           .check([](const Json& json) { return json.contains("bad") ? "'bad' is refused" : ""; })
           .about("Anything."),
       option("raw", &S::raw).about("As it is."), option("key", &S::key).about("A secret."),
       group("inner", &S::inner, inner_spec()), table("table", &S::table, inner_spec()),
       records("records", &S::records, inner_spec())});
  return spec;
}

struct Parsed {
  Sample sample;
  Reading reading;
};

Parsed parse(const std::string& text) {
  auto root = parse_yaml("s.yaml", text);
  EXPECT_TRUE(root) << root.error().message;
  Parsed parsed;
  parsed.sample = sample_spec().parse(*root, parsed.reading);
  return parsed;
}

TEST(Spec, ReadsEachTypeIntoItsMember) {
  auto [s, reading] = parse(R"(
on: false
count: 7
ratio: 0.25
text: bcd
price: 0.50USD
url: https://example.org/v1
colour: green
time: 1m30s
size: 64KiB
list: [a, "b"]
numbers: {x: 3}
parameters: {temperature: 0, stop: [a]}
raw: [1]
key: {env: SECRET}
inner: {depth: 4, name: n}
table: {one: {name: o}}
records: [{name: r, depth: 1}]
)");
  EXPECT_TRUE(reading.errors.empty()) << combined(reading.errors).message;
  EXPECT_FALSE(s.on);
  EXPECT_EQ(s.count, 7);
  EXPECT_EQ(s.ratio, 0.25);
  EXPECT_EQ(s.text, "bcd");
  EXPECT_EQ(s.price, "0.50USD");
  EXPECT_EQ(s.colour, Colour::green);
  EXPECT_EQ(s.time, std::chrono::seconds(90));
  EXPECT_EQ(s.size, 65536u);
  EXPECT_THAT(s.list, ElementsAre("a", "b"));
  EXPECT_EQ(s.numbers.at("x"), 3);
  EXPECT_EQ(s.parameters.dump(), R"({"temperature":0,"stop":["a"]})");
  EXPECT_EQ(s.raw.items.size(), 1u);
  EXPECT_EQ(s.key.from, SecretRef::From::environment);
  EXPECT_EQ(s.key.name, "SECRET");
  EXPECT_EQ(s.inner.depth, 4);
  EXPECT_EQ(s.table.at("one").name, "o");
  EXPECT_EQ(s.records.at(0).depth, 1);
}

TEST(Spec, GivesTheDefaultWhereNothingIsSaid) {
  auto [s, reading] = parse("inner: {name: x}");
  EXPECT_TRUE(reading.errors.empty());
  EXPECT_EQ(s.count, 5);
  EXPECT_EQ(s.inner.depth, 3);
  EXPECT_EQ(reading.origins.count("count"), 0u);
  EXPECT_EQ(to_text(reading.origins.at("inner.name")), "s.yaml:1:15");
}

TEST(Spec, ReportsEveryErrorAtOnce) {
  auto [s, reading] = parse("count: many\non: 1\ncolur: red\n");
  ASSERT_EQ(reading.errors.size(), 3u);
  EXPECT_EQ(combined(reading.errors).message,
            "s.yaml:1:8: 'count': expected a whole number, got the text \"many\"\n"
            "s.yaml:2:5: 'on': expected true or false, got 1\n"
            "s.yaml:3:1: unknown option 'colur' (did you mean 'colour'?)");
  EXPECT_EQ(combined(reading.errors).at, "s.yaml:1:8");
}

struct Wrong {
  std::string text, at, message;
};
void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << testing::PrintToString(wrong.text);
}
class SpecRefuses : public testing::TestWithParam<Wrong> {};

TEST_P(SpecRefuses, WithPlaceAndExpectation) {
  auto [s, reading] = parse(GetParam().text);
  ASSERT_EQ(reading.errors.size(), 1u);
  EXPECT_EQ(reading.errors[0].at, GetParam().at);
  EXPECT_EQ(reading.errors[0].message, GetParam().message);
  EXPECT_EQ(reading.errors[0].code, Code::configuration);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SpecRefuses,
    testing::Values(
        Wrong{"count: \"5\"", "s.yaml:1:8", "'count': expected a whole number, got the text \"5\""},
        Wrong{"count: 5.5", "s.yaml:1:8", "'count': expected a whole number, got 5.5"},
        Wrong{"count: 0", "s.yaml:1:8", "'count': expected 1 to 100 pieces, got 0"},
        Wrong{"count: 99999999999999999999", "s.yaml:1:8",
              "'count': expected a whole number, got 99999999999999999999"},
        Wrong{"count:", "s.yaml:1:1", "'count': expected a whole number, got nothing"},
        Wrong{"ratio: 2", "s.yaml:1:8", "'ratio': expected 0 to 1, got 2"},
        Wrong{"ratio: [1]", "s.yaml:1:8", "'ratio': expected a number, got a list"},
        Wrong{"text: {a: b}", "s.yaml:1:7", "'text': expected a text, got a mapping"},
        Wrong{"text: abcdef", "s.yaml:1:7", "'text': expected 1 to 5 bytes, got 6"},
        Wrong{"price: 2", "s.yaml:1:8", "'price': expected an amount such as 0.50USD or $2, got 2"},
        Wrong{"price: 2EUR", "s.yaml:1:8",
              "'price': expected an amount such as 0.50USD or $2, got the text \"2EUR\""},
        Wrong{"price: -2USD", "s.yaml:1:8",
              "'price': expected an amount such as 0.50USD or $2, got the text \"-2USD\""},
        Wrong{
            "url: ftp://x", "s.yaml:1:6",
            "'url': expected a URL that begins with http:// or https://, got the text \"ftp://x\""},
        Wrong{"colour: geen", "s.yaml:1:9",
              "'colour': expected one of red, green; got 'geen' (did you mean 'green'?)"},
        Wrong{"colour: [red]", "s.yaml:1:9", "'colour': expected one of red, green; got a list"},
        Wrong{"time: 30", "s.yaml:1:7",
              "'time': expected a duration such as 150ms, 30s, 5m, 2h or 7d, got 30"},
        Wrong{"time: 6m", "s.yaml:1:7", "'time': expected 1s to 5m, got 6m"},
        Wrong{"size: 64KB", "s.yaml:1:7",
              "'size': expected a number of bytes such as 65536, 64KiB or 16MiB, got the text "
              "\"64KB\""},
        Wrong{"size: 2MiB", "s.yaml:1:7", "'size': expected 1024 to 1048576 bytes, got 2MiB"},
        Wrong{"list: a", "s.yaml:1:7", "'list': expected a list of texts, got the text \"a\""},
        Wrong{"list: [a, [b]]", "s.yaml:1:11", "'list[1]': expected a text, got a list"},
        Wrong{"list: [a, b, c]", "s.yaml:1:7", "'list': expected 0 to 2 items, got 3"},
        Wrong{"numbers: {x: 11}", "s.yaml:1:14", "'numbers.x': expected 1 to 10, got 11"},
        Wrong{"parameters: [1]", "s.yaml:1:13", "'parameters': expected a mapping, got a list"},
        Wrong{"parameters: {bad: 1}", "s.yaml:1:13", "'parameters': 'bad' is refused"},
        Wrong{"key: sk-123", "s.yaml:1:6",
              "'key': a secret does not stand in the configuration itself: expected {env: NAME}, "
              "{file: PATH} or {credential: NAME}"},
        Wrong{"key: {enf: A}", "s.yaml:1:7",
              "'key': expected {env: NAME}, {file: PATH} or {credential: NAME}, got 'enf' (did you "
              "mean 'env'?)"},
        Wrong{"key: {env: A, file: b}", "s.yaml:1:6",
              "'key': expected {env: NAME}, {file: PATH} or {credential: NAME}, got a mapping"},
        Wrong{"inner: {depth: 2}", "s.yaml:1:8", "'inner.name' is missing: What it is called."},
        Wrong{"inner: [1]", "s.yaml:1:8", "'inner': expected a mapping of options, got a list"},
        Wrong{"table: {x: {name: a, dept: 1}}", "s.yaml:1:22",
              "unknown option 'table.x.dept' (did you mean 'depth'?)"},
        Wrong{"records: {name: a}", "s.yaml:1:10",
              "'records': expected a list of mappings, got a mapping"},
        Wrong{"records: [{name: a}, {name: b, depth: 0}]", "s.yaml:1:39",
              "'records[1].depth': expected 1 to 9 levels, got 0"},
        Wrong{"inner: {name: a, zzzzzzz: 1}", "s.yaml:1:18",
              "unknown option 'inner.zzzzzzz'; expected one of depth, name"},
        Wrong{"[a]", "s.yaml:1:1", "expected a mapping of options, got a list"}));

TEST(Spec, ShowsPasswordsOfUrlsAsStars) {
  auto [s, reading] =
      parse("url: http://me:hush@host:3128/x\nkey: {file: /etc/key}\ninner: {name: n}");
  const Json shown = sample_spec().show(&s);
  EXPECT_EQ(shown["url"], "http://me:***@host:3128/x");
  EXPECT_EQ(shown["key"].dump(), R"({"file":"/etc/key"})");
  EXPECT_EQ(shown["size"], "64KiB");
  EXPECT_EQ(shown["time"], "30s");
}

TEST(Spec, ShowsNothingElseOfUrlsThatCouldBeAKey) {
  const std::map<std::string, std::string> shown = {
      {"http://hush@host/v1", "http://***@host/v1"},
      {"http://host:3128/a:b@c", "http://host:3128/a:b@c"},
      {"http://me:hush@host/v1?key=hush", "http://me:***@host/v1?***"},
      {"http://host?key=hush", "http://host?***"}};
  for (const auto& [url, seen] : shown) {
    auto [s, reading] = parse("url: " + url + "\ninner: {name: n}");
    EXPECT_EQ(sample_spec().show(&s)["url"], seen);
  }
}

TEST(Spec, ASecretIsNeverRepeatedInItsError) {
  auto [s, reading] = parse("key: sk-hush");
  EXPECT_THAT(combined(reading.errors).message, testing::Not(HasSubstr("hush")));
}

TEST(Spec, GivesAJsonSchema) {
  const Json schema = json_schema(sample_spec());
  EXPECT_EQ(
      schema["properties"]["count"].dump(),
      R"({"type":"integer","minimum":1,"maximum":100,"description":"How many.","default":5})");
  EXPECT_EQ(schema["properties"]["colour"]["enum"].dump(), R"(["red","green"])");
  EXPECT_EQ(schema["properties"]["inner"]["required"].dump(), R"(["name"])");
  EXPECT_EQ(schema["additionalProperties"], false);
}

TEST(Spec, GivesAReferenceForPageAndTerminal) {
  EXPECT_THAT(markdown_reference(sample_spec()),
              HasSubstr("| `count` | whole number | 1 to 100 pieces | `5` | How many. |\n"));
  EXPECT_THAT(markdown_reference(sample_spec()),
              HasSubstr("| `table.NAME.name` | text |  | required | What it is called. |\n"));
  EXPECT_THAT(text_reference(sample_spec()),
              HasSubstr("  time\n      duration (30s), 1s to 5m; default 30s\n"
                        "      How long.\n"));
}

TEST(SpecDeathTest, RefusesADuplicateName) {
  EXPECT_DEATH(
      Spec<Inner>("Bad.", {option("depth", &Inner::depth), option("depth", &Inner::depth)}),
      "malformed or duplicate option 'depth'");
}

}  // namespace
}  // namespace docwright::config
