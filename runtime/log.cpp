#include "runtime/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace docwright {
namespace {

constexpr std::size_t kSecretBytesMin = 4;

spdlog::level::level_enum to_spdlog(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return spdlog::level::debug;
    case Log::Level::info:
      return spdlog::level::info;
    case Log::Level::warning:
      return spdlog::level::warn;
    case Log::Level::error:
      return spdlog::level::err;
  }
  std::abort();
}

std::string_view journal_prefix(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return "<7>";
    case Log::Level::info:
      return "<6>";
    case Log::Level::warning:
      return "<4>";
    case Log::Level::error:
      return "<3>";
  }
  std::abort();
}

bool is_plain(unsigned char byte) {
  return byte > ' ' && byte != '"' && byte != '\\' && byte != '=' && byte != 0x7f;
}

// One event stays one line, whatever a value contains.
void append_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (byte < ' ' || byte == 0x7f) {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", byte);
    } else {
      line.push_back(c);
    }
  }
}

void append_value(std::string& line, std::string_view value) {
  if (!value.empty() && std::ranges::all_of(value, is_plain)) {
    line += value;
    return;
  }
  line.push_back('"');
  std::size_t from = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '"' && value[i] != '\\') continue;
    append_escaped(line, value.substr(from, i - from));
    line.push_back('\\');
    line.push_back(value[i]);
    from = i + 1;
  }
  append_escaped(line, value.substr(from));
  line.push_back('"');
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::unique_ptr<spdlog::formatter> formatter(bool journal) {
  return std::make_unique<spdlog::pattern_formatter>(journal ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                     spdlog::pattern_time_type::utc);
}

}  // namespace

struct Log::Implementation {
  Implementation() : logger("docwright", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger.set_formatter(formatter(journal));
    logger.flush_on(spdlog::level::debug);
  }

  void redact(std::string& text) const {
    const std::shared_lock lock(mutex);
    for (const std::string& secret : secrets) replace_all(text, secret, "***");
  }

  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  spdlog::logger logger;
  mutable std::shared_mutex mutex;
  // Guarded by mutex; longest first, so that none hides a part of another.
  std::vector<std::string> secrets;
};

Log::Log(Level least) : implementation_(std::make_unique<Implementation>()) {
  set_level(least);
}

Log::~Log() = default;

void Log::set_level(Level least) {
  implementation_->logger.set_level(to_spdlog(least));
}

void Log::redact(std::string secret) {
  if (secret.size() < kSecretBytesMin) return;
  const std::unique_lock lock(implementation_->mutex);
  auto& secrets = implementation_->secrets;
  if (std::ranges::find(secrets, secret) != secrets.end()) return;
  const auto place = std::ranges::find_if(
      secrets, [&](const std::string& other) { return other.size() < secret.size(); });
  secrets.insert(place, std::move(secret));
}

std::string Log::redacted(std::string_view text) const {
  std::string copy(text);
  implementation_->redact(copy);
  return copy;
}

void Log::write(Level level, std::string_view message, Fields fields) {
  if (!implementation_->logger.should_log(to_spdlog(level))) return;
  std::string line;
  if (implementation_->journal) line += journal_prefix(level);
  append_escaped(line, redacted(message));
  for (const Field& field : fields) {
    line.push_back(' ');
    line += field.key;
    line.push_back('=');
    append_value(line, redacted(field.value));
  }
  implementation_->logger.log(to_spdlog(level), line);
}

}  // namespace docwright
