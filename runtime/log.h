// The log: one line per event, "message key=value ...", on stderr.
//
// Under journald (JOURNAL_STREAM is set) lines carry a priority prefix ("<6>") and no time stamp.
// Normal operation is one line per job at info; a warning says what the operator can do. No secret
// passes: every registered one is replaced.
#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace docwright {

// Made first in main, passed down; outlives everything. Thread-safe.
class Log final {
 public:
  enum class Level { debug, info, warning, error };
  struct Field {
    std::string_view key;
    std::string value;
  };
  using Fields = std::initializer_list<Field>;

  explicit Log(Level least);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void set_level(Level least);
  // From now on the secret (at least 4 bytes; shorter ones are ignored) appears as *** in every
  // line.
  void redact(std::string secret);
  // `text` with every registered secret replaced: for error texts that go elsewhere than into the
  // log.
  std::string redacted(std::string_view text) const;

  void write(Level level, std::string_view message, Fields fields = {});
  void debug(std::string_view message, Fields fields = {}) { write(Level::debug, message, fields); }
  void info(std::string_view message, Fields fields = {}) { write(Level::info, message, fields); }
  void warning(std::string_view message, Fields fields = {}) {
    write(Level::warning, message, fields);
  }
  void error(std::string_view message, Fields fields = {}) { write(Level::error, message, fields); }

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace docwright
