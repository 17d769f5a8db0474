#include "client/endpoint.h"

#include <gtest/gtest.h>

#include "tests/unit/client/source_folder.h"

namespace docwright::client {
namespace {

TEST(Endpoint, APathBecomesAnAddress) {
  const test::SourceFolder folder;
  EXPECT_EQ(address_of("tcp://127.0.0.1:7411"), "tcp://127.0.0.1:7411");
  EXPECT_EQ(address_of("ipc:///run/x.sock"), "ipc:///run/x.sock");
  EXPECT_EQ(address_of("/run/x.sock"), "ipc:///run/x.sock");
  EXPECT_EQ(address_of(folder.path()), "ipc://" + folder.path("docwright.sock"));
}

TEST(Endpoint, OneThatIsNamedIsTheOnlyOne) {
  const config::Environment environment(
      {{"DOCWRIGHT_ENDPOINT", "tcp://127.0.0.1:1"}, {"XDG_RUNTIME_DIR", "/run/user/7"}});
  EXPECT_EQ(candidates("tcp://127.0.0.1:2", environment),
            (std::vector<Endpoint>{{"tcp://127.0.0.1:2", "--endpoint"}}));
  EXPECT_EQ(candidates({}, environment),
            (std::vector<Endpoint>{{"tcp://127.0.0.1:1", "DOCWRIGHT_ENDPOINT"}}));
}

TEST(Endpoint, ElseTheUsersThenTheSystems) {
  const auto found = candidates(
      {}, config::Environment({{"XDG_RUNTIME_DIR", "/run/user/7"}, {"HOME", "/home/u"}}));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0],
            (Endpoint{"ipc:///run/user/7/docwright/docwright.sock", "the user's socket"}));
  EXPECT_EQ(found[1], (Endpoint{"ipc:///var/lib/docwright/docwright.sock", "the system's socket"}));
}

TEST(Endpoint, SaysWhyNobodyAnswers) {
  const test::SourceFolder folder;
  EXPECT_EQ(probe({"ipc://" + folder.path("none.sock"), ""}).error().message, "no such socket");
  EXPECT_NE(
      probe({"ipc:///" + std::string(108, 'x'), ""}).error().message.find("longer than 107 bytes"),
      std::string::npos);
  EXPECT_TRUE(probe({"tcp://127.0.0.1:1", ""}).has_value());
}

}  // namespace
}  // namespace docwright::client
