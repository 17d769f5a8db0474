#include "client/cli/session.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "config/paths.h"

namespace docwright::cli {
namespace {

constexpr std::string_view kLast = "@last";

// One line from the terminal; Ctrl-C and the end of input are a no.
std::string answer_line(int interrupt) {
  std::array<pollfd, 2> items{{{STDIN_FILENO, POLLIN, 0}, {interrupt, POLLIN, 0}}};
  poll(items.data(), items.size(), -1);
  if (items[1].revents != 0) return {};
  std::array<char, 64> buffer;
  const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
  return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
}

}  // namespace

Session::Session(CommonOptions common, config::Environment environment, Output& output)
    : common_(std::move(common)), environment_(std::move(environment)), output_(output) {}
Session::~Session() = default;

Format Session::format() const {
  return format_named(common_.output).value_or(Format::table);
}

const Interrupt& Session::interrupt() {
  if (!interrupt_) interrupt_.emplace();
  return *interrupt_;
}

Result<client::Client*> Session::daemon() {
  if (client_) return client_.get();
  std::optional<std::string> named = common_.endpoint;
  if (!named && common_.state) named = config::endpoints_in(*common_.state).requests;
  auto client = client::Client::connect(client::candidates(named, environment_),
                                        {.interrupt = interrupt().descriptor()});
  if (!client) {
    Error error = std::move(client.error());
    if (error.code == Code::unavailable) {
      error.message +=
          "\nStart one with 'docwrightd --state DIR', or name one with --endpoint or --state.";
    }
    return std::unexpected(std::move(error));
  }
  client_ = std::move(*client);
  return client_.get();
}

std::expected<config::Configuration, config::Errors> Session::configuration(
    const std::optional<std::string>& file) const {
  return config::load({.state = common_.state, .config_file = file, .root = geteuid() == 0},
                      environment_);
}

std::string Session::memory_file() const {
  std::string folder = environment_.value("XDG_STATE_HOME");
  if (!folder.starts_with('/')) folder = environment_.value("HOME") + "/.local/state";
  return folder + "/docwright/last-batch";
}

void Session::remember_batch(std::string_view id) {
  // A convenience: where it cannot be kept, @last says so when it is used.
  std::error_code ignored;
  const std::filesystem::path file = memory_file();
  std::filesystem::create_directories(file.parent_path(), ignored);
  std::ofstream(file, std::ios::trunc) << id << "\n";
}

Result<std::string> Session::expand(std::string_view id) const {
  if (id != kLast) return std::string(id);
  std::string last;
  std::ifstream(memory_file()) >> last;
  if (last.empty())
    return fail(Code::not_found,
                "no batch is remembered as @last: nothing was submitted from here");
  return last;
}

Result<std::vector<wire::Selection>> Session::selections(const std::vector<std::string>& ids) {
  // Without a daemon, that is what is wrong: not that @last is not known.
  if (auto client = daemon(); !client) return std::unexpected(std::move(client.error()));
  std::vector<wire::Selection> batches;
  wire::Selection jobs;
  for (const std::string& given :
       ids.empty() ? std::vector<std::string>{std::string(kLast)} : ids) {
    auto id = expand(given);
    if (!id) return std::unexpected(std::move(id.error()));
    if (id->size() < wire::kIdPrefixBytes) {
      return fail(Code::invalid_request,
                  fmt::format("'{}' is too short: an id or at least its first {} characters", *id,
                              wire::kIdPrefixBytes));
    }
    wire::StatusRequest request;
    request.batch = *id;
    request.limit = 1;
    const auto batch = ask(request);
    if (batch) {
      batches.push_back({.jobs = {}, .batch = *id});
    } else if (batch.error().code != Code::not_found) {
      return std::unexpected(batch.error());
    } else if (given == kLast) {
      return fail(Code::not_found,
                  fmt::format("@last is {}, and this daemon has no such batch", *id));
    } else {
      jobs.jobs.push_back(std::move(*id));
    }
  }
  if (!jobs.jobs.empty()) batches.push_back(std::move(jobs));
  return batches;
}

Result<bool> Session::confirm(std::string_view question, bool yes) {
  if (yes) return true;
  if (isatty(STDIN_FILENO) == 0 || !output_.err_look().terminal) {
    return fail(Code::conflict,
                fmt::format("{} Without a terminal to ask at, say --yes.", question));
  }
  output_.insist(fmt::format("{} [y/N]", question));
  const std::string answer = answer_line(interrupt().descriptor());
  return answer.starts_with('y') || answer.starts_with('Y');
}

}  // namespace docwright::cli
