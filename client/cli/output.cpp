#include "client/cli/output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "runtime/characters.h"
#include "runtime/file_descriptor.h"
#include "runtime/text.h"

namespace docwright::cli {
namespace {

int columns_of(int descriptor, const config::Environment& environment) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const int given = std::atoi(environment.value("COLUMNS").c_str());
  return given >= 20 && given <= 1000 ? given : 80;
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace

Look look_of(int descriptor, bool no_color, const config::Environment& environment) {
  Look look;
  look.terminal = isatty(descriptor) == 1;
  const bool dumb = environment.value("TERM") == "dumb";
  look.color = look.terminal && !no_color && !dumb && environment.value("NO_COLOR").empty();
  if (look.terminal) look.columns = columns_of(descriptor, environment);
  return look;
}

Output::Output(int out, int err, Look out_look, Look err_look, bool quiet)
    : out_(out), err_(err), out_look_(out_look), err_look_(err_look), quiet_(quiet) {}

void Output::data(std::string_view bytes) {
  if (closed_) return;
  end_progress();
  closed_ = !write_all(out_, bytes);
}

void Output::write_words(std::string_view text) {
  write_all(err_, text);
}

void Output::say(std::string_view line) {
  if (!quiet_) insist(line);
}

void Output::insist(std::string_view line) {
  end_progress();
  write_words(fmt::format("{}\n", line));
}

void Output::progress(std::string_view line) {
  if (quiet_) return;
  if (!err_look_.terminal) return write_words(fmt::format("{}\n", line));
  write_words(fmt::format("\r{}\x1b[K", line));
  progress_open_ = true;
}

void Output::end_progress() {
  if (!progress_open_) return;
  progress_open_ = false;
  write_words("\n");
}

std::string printable(std::string_view text, bool lines) {
  const std::string valid = to_valid_utf8(text);
  std::string result;
  result.reserve(valid.size());
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    const bool kept = lines && (c == '\n' || c == '\t');
    // U+0080 to U+009F are control characters too: C2 80 to C2 9F.
    const bool c1 =
        c == '\xC2' && i + 1 < valid.size() && static_cast<unsigned char>(valid[i + 1]) < 0xA0;
    if (c1) ++i;
    if (c1 || (is_control(c) && !kept)) {
      result += kReplacement;
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace docwright::cli
