// Default, file, environment: which goes before which, where each value came from, and what is
// refused.
#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "config/secrets.h"

namespace docwright::config {
namespace {

using testing::HasSubstr;

class LoadTest : public testing::Test {
 public:
  LoadTest() {
    folder_ = testing::TempDir() + "docwright_load_" + std::to_string(getpid());
    std::filesystem::create_directories(folder_);
  }
  ~LoadTest() override { std::filesystem::remove_all(folder_); }

 protected:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }
  std::expected<Configuration, Errors> load_with(Environment::Variables variables = {}) const {
    return load({.state = folder_}, Environment(std::move(variables)));
  }
  // The only error, as "place: message"; the folder's name is left out.
  std::string error_of(const std::string& text, Environment::Variables variables = {}) const {
    write("docwright.yaml", text);
    auto loaded = load_with(std::move(variables));
    if (loaded) return "no error";
    if (loaded.error().size() != 1) return combined(loaded.error()).message;
    std::string at = loaded.error()[0].at;
    if (at.starts_with(folder_ + "/")) at.erase(0, folder_.size() + 1);
    return at + ": " + loaded.error()[0].message;
  }

  std::string folder_;
};

TEST_F(LoadTest, WithoutAFileEverythingIsTheDefault) {
  auto loaded = load_with();
  ASSERT_TRUE(loaded) << combined(loaded.error()).message;
  EXPECT_EQ(loaded->file, "");
  EXPECT_EQ(loaded->settings.queue.jobs_max, 1'000'000);
  EXPECT_EQ(loaded->state, folder_);
  EXPECT_EQ(loaded->database, folder_ + "/docwright.db");
  EXPECT_EQ(loaded->endpoints.requests, "ipc://" + folder_ + "/docwright.sock");
  EXPECT_EQ(loaded->endpoints.push, "ipc://" + folder_ + "/docwright.push");
  EXPECT_EQ(loaded->endpoints.events, "ipc://" + folder_ + "/docwright.events");
  EXPECT_EQ(loaded->pipelines, folder_ + "/pipelines");
}

TEST_F(LoadTest, TheEnvironmentGoesBeforeTheFileAndEachValueKnowsItsOrigin) {
  write("docwright.yaml",
        "queue:\n  jobs_max: 10\n  jobs_at_once: 2\nbudgets:\n  - {window: day, limit: 2USD}\n");
  auto loaded = load_with({{"DOCWRIGHT_QUEUE__JOBS_MAX", "20"},
                           {"DOCWRIGHT_ENDPOINT", "ipc://elsewhere"},
                           {"HOME", "/root"}});
  ASSERT_TRUE(loaded) << combined(loaded.error()).message;
  EXPECT_EQ(loaded->settings.queue.jobs_max, 20);
  EXPECT_EQ(loaded->settings.queue.jobs_at_once, 2);
  const Json origins = show_origins(*loaded);
  EXPECT_EQ(origins["queue.jobs_max"]["origin"], "DOCWRIGHT_QUEUE__JOBS_MAX");
  EXPECT_EQ(origins["queue.jobs_at_once"]["origin"], folder_ + "/docwright.yaml:3:17");
  EXPECT_EQ(origins["queue.chunks_at_once"]["origin"], "default");
  EXPECT_EQ(origins["budgets[0].limit"]["origin"], folder_ + "/docwright.yaml:5:26");
  EXPECT_EQ(origins["budgets[0].limit"]["value"], "2USD");
  EXPECT_EQ(origins["state"]["origin"], "--state");
  EXPECT_THAT(show_text(*loaded, true),
              HasSubstr("queue.jobs_max = 20    # DOCWRIGHT_QUEUE__JOBS_MAX\n"));
  EXPECT_THAT(show_text(*loaded, false), HasSubstr("log.level = info\n"));
}

TEST_F(LoadTest, AVariableReachesTablesListsAndMappings) {
  auto loaded = load_with({{"DOCWRIGHT_PROVIDERS__OPENAI__BASE_URL", "http://127.0.0.1:8080/v1"},
                           {"DOCWRIGHT_PROVIDERS__OPENAI__KEY", "{file: /run/key}"},
                           {"DOCWRIGHT_QUEUE__PIPELINE_JOBS_AT_ONCE__DOCSTRINGS", "3"},
                           {"DOCWRIGHT_BUDGETS", "[{limit_tokens: 5}]"},
                           {"DOCWRIGHT_QUEUE__DEADLINE", "2h"}});
  ASSERT_TRUE(loaded) << combined(loaded.error()).message;
  EXPECT_EQ(loaded->settings.providers.at("openai").base_url, "http://127.0.0.1:8080/v1");
  EXPECT_EQ(loaded->settings.providers.at("openai").key.from, SecretRef::From::file);
  EXPECT_EQ(loaded->settings.queue.pipeline_jobs_at_once.at("docstrings"), 3);
  EXPECT_EQ(loaded->settings.budgets.at(0).limit_tokens, 5);
  EXPECT_EQ(loaded->settings.queue.deadline, std::chrono::hours(2));
  EXPECT_EQ(show_origins(*loaded)["providers.openai.key"]["origin"],
            "DOCWRIGHT_PROVIDERS__OPENAI__KEY");
}

TEST_F(LoadTest, AVariableJoinsTheFilesOwnTable) {
  write("docwright.yaml", "providers:\n  OpenAI: {base_url: 'http://a'}\n");
  auto loaded = load_with({{"DOCWRIGHT_PROVIDERS__OPENAI__KEY", "{env: K}"}});
  ASSERT_TRUE(loaded) << combined(loaded.error()).message;
  ASSERT_EQ(loaded->settings.providers.size(), 1u);
  EXPECT_EQ(loaded->settings.providers.at("OpenAI").base_url, "http://a");
  EXPECT_TRUE(loaded->settings.providers.at("OpenAI").key.given());
}

TEST_F(LoadTest, RefusesAWrongFileWithPlaceAndAdvice) {
  EXPECT_EQ(error_of("queu:\n  jobs_max: 1\n"),
            "docwright.yaml:1:1: unknown option 'queu' (did you mean 'queue'?)");
  EXPECT_EQ(error_of("queue:\n  job_max: 1\n"),
            "docwright.yaml:2:3: unknown option 'queue.job_max' (did you mean 'jobs_max'?)");
  EXPECT_EQ(error_of("queue: 5\n"),
            "docwright.yaml:1:8: 'queue': expected a mapping of options, got 5");
  EXPECT_EQ(error_of("queue: {deadline: 91d}\n"),
            "docwright.yaml:1:19: 'queue.deadline': expected 1s to 90d, got 91d");
  EXPECT_EQ(error_of("front_door: {frame_bytes_max: 16MB}\n"),
            "docwright.yaml:1:31: 'front_door.frame_bytes_max': expected a number of bytes such as "
            "65536, 64KiB or 16MiB, got the text \"16MB\"");
  EXPECT_EQ(error_of("front_door: {requests: /run/x.sock}\n"),
            "docwright.yaml:1:24: 'front_door.requests': expected an endpoint such as "
            "ipc:///run/docwright/docwright.sock or tcp://127.0.0.1:7411, got '/run/x.sock'");
  EXPECT_EQ(
      error_of("front_door: {requests: 'tcp://0.0.0.0:7411'}\n"),
      "docwright.yaml:1:24: 'front_door.requests': expected tcp:// on 127.0.0.1 or [::1] with "
      "a port, got 'tcp://0.0.0.0:7411': docwright listens on this machine only");
  EXPECT_EQ(
      error_of("log: {level: warn}\n"),
      "docwright.yaml:1:14: 'log.level': expected one of debug, info, warning, error; got 'warn'");
  EXPECT_EQ(error_of("providers: {openai: {key: sk-abc}}\n"),
            "docwright.yaml:1:27: 'providers.openai.key': a secret does not stand in the "
            "configuration itself: expected {env: NAME}, {file: PATH} or {credential: NAME}");
  EXPECT_EQ(error_of("providers: {openai: {headers: {X-Api-Key: abc}}}\n"),
            "docwright.yaml:1:31: 'providers.openai.headers': the header 'X-Api-Key' looks like a "
            "secret, which does not stand in the configuration itself: use 'key'");
  EXPECT_EQ(error_of("budgets: [{window: day}]\n"),
            "docwright.yaml:1:10: 'budgets': number 1 limits nothing: expected limit, limit_tokens "
            "or both");
  EXPECT_EQ(error_of("budgets: [{limit: $1}, {limit: $2}]\n"),
            "docwright.yaml:1:10: 'budgets': numbers 1 and 2 have the same scope and window: "
            "expected one");
  EXPECT_EQ(
      error_of("budgets: [{limit: 1}]\n"),
      "docwright.yaml:1:19: 'budgets[0].limit': expected an amount such as 0.50USD or $2, got 1");
  EXPECT_EQ(error_of("http: {proxy: proxy:3128}\n"),
            "docwright.yaml:1:15: 'http.proxy': expected a URL that begins with http:// or "
            "https://, got the text \"proxy:3128\"");
  EXPECT_EQ(error_of("pool_threads: two\n"),
            "docwright.yaml:1:15: 'pool_threads': expected a whole number, got the text \"two\"");
}

TEST_F(LoadTest, RefusesAWrongVariableWithItsNameAndTheNearest) {
  EXPECT_EQ(error_of("", {{"DOCWRIGHT_QUEU__JOBS_MAX", "1"}}),
            "DOCWRIGHT_QUEU__JOBS_MAX: this environment variable names no option (did you mean "
            "'DOCWRIGHT_QUEUE__JOBS_MAX'?)");
  EXPECT_EQ(error_of("", {{"DOCWRIGHT_QUEUE__JOB_MAX", "1"}}),
            "DOCWRIGHT_QUEUE__JOB_MAX: this environment variable names no option (did you mean "
            "'DOCWRIGHT_QUEUE__JOBS_MAX'?)");
  EXPECT_EQ(error_of("", {{"DOCWRIGHT_ZZZZZZZZZ", "1"}}),
            "DOCWRIGHT_ZZZZZZZZZ: this environment variable names no option");
  EXPECT_EQ(error_of("", {{"DOCWRIGHT_QUEUE", "1"}}),
            "DOCWRIGHT_QUEUE: this environment variable names a group of options: set one of them, "
            "such as DOCWRIGHT_QUEUE__JOBS_MAX");
  EXPECT_EQ(error_of("", {{"DOCWRIGHT_PROVIDERS__OPENAI", "1"}}),
            "DOCWRIGHT_PROVIDERS__OPENAI: this environment variable names a group of options: set "
            "one of them, such as DOCWRIGHT_PROVIDERS__OPENAI__BASE_URL");
  EXPECT_EQ(error_of("", {{"DOCWRIGHT_MODEL__NAME", "1"}}),
            "DOCWRIGHT_MODEL__NAME: 'model' has no options of its own: set DOCWRIGHT_MODEL");
  EXPECT_EQ(error_of("", {{"DOCWRIGHT_QUEUE__JOBS_MAX", "many"}}),
            "DOCWRIGHT_QUEUE__JOBS_MAX: 'queue.jobs_max': expected a whole number, got the text "
            "\"many\"");
  EXPECT_EQ(error_of("", {{"DOCWRIGHT_BUDGETS", "a: [limit"}}),
            "DOCWRIGHT_BUDGETS:1:1: not valid YAML: '[' without ']'");
  EXPECT_EQ(error_of("", {{"DOCWRIGHT_PROVIDERS__OPENAI__KEY", "sk-abc"}}),
            "DOCWRIGHT_PROVIDERS__OPENAI__KEY: 'providers.openai.key': a secret does not stand in "
            "the configuration itself: expected {env: NAME}, {file: PATH} or {credential: NAME}");
}

TEST_F(LoadTest, ANamedFileMustExist) {
  auto loaded = load({.state = folder_, .config_file = folder_ + "/none.yaml"}, Environment());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(combined(loaded.error()).message,
            "the configuration cannot be read: No such file or directory");
  EXPECT_EQ(combined(loaded.error()).at, folder_ + "/none.yaml");
  auto of_folder = load({.state = folder_, .config_file = folder_}, Environment());
  ASSERT_FALSE(of_folder);
  EXPECT_EQ(combined(of_folder.error()).message, "expected a file, got a folder");
}

TEST_F(LoadTest, TheStateOfTheFileGoesBehindTheCommandLine) {
  write("own.yaml", "state: /srv/docs\n");
  auto by_file = load({.config_file = folder_ + "/own.yaml"}, Environment({{"HOME", "/home/x"}}));
  ASSERT_TRUE(by_file);
  EXPECT_EQ(by_file->database, "/srv/docs/docwright.db");
  EXPECT_EQ(by_file->endpoints.requests, "ipc:///srv/docs/docwright.sock");
  auto by_flag = load({.state = folder_, .config_file = folder_ + "/own.yaml"}, Environment());
  ASSERT_TRUE(by_flag);
  EXPECT_EQ(by_flag->state, folder_);
}

TEST_F(LoadTest, ARelativeFolderIsNamedFromTheRoot) {
  const std::string here = std::filesystem::current_path().string();
  auto loaded = load({.state = "own/./state/"}, Environment());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->state, here + "/own/state");
  EXPECT_EQ(loaded->endpoints.push, "ipc://" + here + "/own/state/docwright.push");
}

TEST_F(LoadTest, AnIpcPathThatIsTooLongIsRefusedWithAdvice) {
  const std::string state = "/srv/" + std::string(100, 'x');
  auto loaded = load({.state = state}, Environment());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().size(), 1u);
  EXPECT_EQ(loaded.error()[0].message,
            "the path of the socket has 120 bytes, and the system allows 107: choose a shorter "
            "state folder (--state), or set front_door.requests, push "
            "and events to shorter paths (" +
                state + "/docwright.sock)");
  EXPECT_EQ(loaded.error()[0].at, "--state");
}

TEST(Folders, FollowTheSystemTheUserOrSystemd) {
  const Environment user({{"HOME", "/home/u"}, {"XDG_RUNTIME_DIR", "/run/user/7"}});
  auto of_user = folders(std::nullopt, user, false);
  ASSERT_TRUE(of_user);
  EXPECT_EQ(of_user->state, "/home/u/.local/state/docwright");
  EXPECT_EQ(of_user->sockets, "/run/user/7/docwright");
  EXPECT_EQ(of_user->config, "/home/u/.config/docwright");

  auto of_root = folders(std::nullopt, user, true);
  EXPECT_EQ(of_root->state, "/var/lib/docwright");
  EXPECT_EQ(of_root->config, "/etc/docwright");

  const Environment systemd(
      {{"STATE_DIRECTORY", "/var/lib/docwright"}, {"CONFIGURATION_DIRECTORY", "/etc/docwright"}});
  auto of_service = folders(std::nullopt, systemd, false);
  EXPECT_EQ(of_service->sockets, "/var/lib/docwright");
  EXPECT_EQ(of_service->config, "/etc/docwright");

  auto named = folders("/tmp/d/", systemd, false);
  EXPECT_EQ(named->state, "/tmp/d");
  EXPECT_EQ(named->config, "/tmp/d");

  auto nowhere = folders(std::nullopt, Environment(), false);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message,
            "no folder for the state: HOME is not set; name one with --state DIR");
}

TEST(Folders, NameTheEndpointsThatTheCliTries) {
  const auto tried =
      endpoint_candidates(Environment({{"HOME", "/home/u"}, {"XDG_RUNTIME_DIR", "/run/user/7"}}));
  ASSERT_EQ(tried.size(), 2u);
  EXPECT_EQ(tried[0].endpoint, "ipc:///run/user/7/docwright/docwright.sock");
  EXPECT_EQ(tried[1].endpoint, "ipc:///var/lib/docwright/docwright.sock");
}

class SecretsTest : public LoadTest {
 protected:
  SecretRef file(const std::string& name) const {
    return {SecretRef::From::file, folder_ + "/" + name, {}};
  }
  static SecretRef ref(SecretRef::From from, std::string name) {
    return {from, std::move(name), {}};
  }
};

TEST_F(SecretsTest, ComeFromTheEnvironmentAFileOrACredential) {
  write("key", "  hush \n");
  Secrets secrets(Environment({{"K", "quiet"}, {"CREDENTIALS_DIRECTORY", folder_}}));
  EXPECT_EQ(secrets.resolve(ref(SecretRef::From::environment, "K")).value(), "quiet");
  EXPECT_EQ(secrets.resolve(file("key")).value(), "hush");
  EXPECT_EQ(secrets.resolve(ref(SecretRef::From::credential, "key")).value(), "hush");
}

TEST_F(SecretsTest, AFileIsReadAgainWhenItChanges) {
  write("key", "first");
  Secrets secrets{Environment()};
  EXPECT_EQ(secrets.resolve(file("key")).value(), "first");
  write("new", "second!");
  std::filesystem::rename(folder_ + "/new", folder_ + "/key");
  EXPECT_EQ(secrets.resolve(file("key")).value(), "second!");
  std::filesystem::remove(folder_ + "/key");
  EXPECT_FALSE(secrets.resolve(file("key")));
}

TEST_F(SecretsTest, WhatIsMissingSaysWhereItWasLookedFor) {
  write("empty", "\n");
  Secrets secrets{Environment()};
  auto message = [&](const SecretRef& reference) {
    return secrets.resolve(reference).error().message;
  };
  EXPECT_EQ(message(ref(SecretRef::From::environment, "K")),
            "the environment variable K is not set");
  EXPECT_EQ(message(file("none")),
            "the file " + folder_ + "/none cannot be read: No such file or directory");
  EXPECT_EQ(message(file("empty")), "the file " + folder_ + "/empty is empty");
  EXPECT_EQ(message(ref(SecretRef::From::file, folder_)),
            "the file " + folder_ + " is not a regular file");
  EXPECT_EQ(message(ref(SecretRef::From::credential, "llm.key")),
            "the credential llm.key was not passed: CREDENTIALS_DIRECTORY is not set (systemd sets "
            "it; see LoadCredential=)");
  EXPECT_EQ(secrets.resolve(SecretRef{}).error().code, Code::no_credentials);
}

TEST_F(SecretsTest, ACredentialIsANameAndNoPath) {
  write("key", "hush");
  Secrets secrets(Environment({{"CREDENTIALS_DIRECTORY", folder_ + "/inner"}}));
  EXPECT_FALSE(secrets.resolve(ref(SecretRef::From::credential, "../key")));
}

}  // namespace
}  // namespace docwright::config
