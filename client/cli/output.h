// Where words and data go: data to stdout and nothing else, words to stderr.
//
// A reader that closes stdout early (| head) ends the output, not the program: what is written
// afterwards is dropped and closed() says so. Main thread only.
#pragma once
#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>

#include "config/environment.h"

namespace docwright::cli {

// What output needs to know of a terminal.
struct Look {
  bool terminal = false;
  bool color = false;
  int columns = 80;
};

// The look of a file descriptor: colours only on a terminal, without NO_COLOR and TERM=dumb.
Look look_of(int descriptor, bool no_color, const config::Environment& environment);

class Output final {
 public:
  Output(int out, int err, Look out_look, Look err_look, bool quiet);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void data(std::string_view bytes);
  bool closed() const { return closed_; }

  // A line on stderr; not with --quiet.
  void say(std::string_view line);
  // A line on stderr, whatever was asked for: errors and what a person must know.
  void insist(std::string_view line);
  // On a terminal: a line that the next one replaces. Else: a line.
  void progress(std::string_view line);
  // Ends the line that progress() left open.
  void end_progress();

  const Look& look() const { return out_look_; }
  const Look& err_look() const { return err_look_; }
  bool quiet() const { return quiet_; }

 private:
  void write_words(std::string_view text);

  // Constant after construction.
  const int out_;
  const int err_;
  const Look out_look_;
  const Look err_look_;
  const bool quiet_;

  bool closed_ = false;
  bool progress_open_ = false;
};

// "1 job", "2 jobs".
std::string counted(std::integral auto count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// Text of others made harmless for a terminal: control characters (all but line feed and tab, if
// `lines`) become U+FFFD.
std::string printable(std::string_view text, bool lines = false);

}  // namespace docwright::cli
