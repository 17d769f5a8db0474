// The shipped docwright.yaml is the spec's own text: every option, its sentence, its default.
#include <gtest/gtest.h>

#include <fstream>

#include "config/load.h"
#include "config/shipped.h"

namespace docwright::config {
namespace {

constexpr std::string_view kHead =
    "# The configuration of docwrightd: /etc/docwright/docwright.yaml, or beside the state, or "
    "--config FILE.\n"
    "#\n"
    "# Every option stands here with its default, commented out. To change one, remove the # "
    "before it and before the group it\n"
    "# stands in. An environment variable goes before this file: queue.jobs_max is "
    "DOCWRIGHT_QUEUE__JOBS_MAX. A secret never\n"
    "# stands here: {env: NAME}, {file: PATH} or {credential: NAME} say where it is. `docwright "
    "config check` reads it all.\n"
    "\n";

std::string generated() {
  return std::string(kHead) + commented_yaml(settings_spec());
}

std::string shipped_text() {
  return shipped("docwright.yaml").value_or(NamedText{}).text;
}

// The text with the first # of each line taken away, as its head says; the head itself stays a
// comment.
std::string uncommented(std::string_view text) {
  std::string result;
  text.remove_prefix(kHead.size());
  for (bool line_start = true; const char c : text) {
    if (!(line_start && c == '#')) result += c;
    line_start = c == '\n';
  }
  return result;
}

TEST(ShippedYaml, IsWhatTheSpecSays) {
  if (shipped_text() == generated()) return;
  const std::string wanted = testing::TempDir() + "docwright.yaml";
  std::ofstream(wanted) << generated();
  FAIL() << "config/etc/docwright.yaml differs from the spec: copy " << wanted << " over it";
}

TEST(ShippedYaml, ParsesToTheDefaultsAsItIs) {
  auto root = parse_yaml("docwright.yaml", shipped_text());
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(root->kind, Node::Kind::null);
}

TEST(ShippedYaml, ParsesToTheDefaultsWithEveryOptionTakenIn) {
  auto root = parse_yaml("docwright.yaml", uncommented(shipped_text()));
  ASSERT_TRUE(root) << root.error().message << " at " << root.error().at;
  Reading reading;
  const Settings settings = settings_spec().parse(*root, reading);
  ASSERT_TRUE(reading.errors.empty()) << combined(reading.errors).message;
  const Settings defaults;
  EXPECT_EQ(settings_spec().show(&settings), settings_spec().show(&defaults));
  for (const auto& name : settings_spec().names()) EXPECT_NE(root->find(name), nullptr) << name;
}

}  // namespace
}  // namespace docwright::config
