// parse_pipeline() and the daemon's settings: take any text; what a pipeline keeps of itself gives
// the same pipeline again, and errors are readable.
#include "config/settings.h"
#include "pipeline/pipeline.h"
#include "runtime/text.h"
#include "tests/support/fuzz.h"

namespace {

using docwright::test::must;

void must_be_readable(const docwright::config::Errors& errors) {
  for (const auto& error : errors) {
    must(!error.message.empty() && error.message.size() < 2000);
    must(!docwright::invalid_utf8(error.message));
  }
}

void read_pipeline(std::string_view text, const docwright::pipeline::StepRegistry& steps) {
  using namespace docwright;
  const pipeline::Surroundings around{
      .steps = steps,
      .default_model = "any",
      .prompt = [](std::string_view name) -> std::optional<config::NamedText> {
        if (name != "docstrings") return std::nullopt;
        return config::NamedText{"prompt", "user: '{{code}}'"};
      },
      .prompts = {"docstrings"}};
  const auto parsed = pipeline::parse_pipeline({"fuzz.yaml", std::string(text)}, around);
  if (!parsed) return must_be_readable(parsed.error());
  const auto again = pipeline::parse_bundle((*parsed)->bundle(), steps);
  must(again.has_value() && (*again)->hash() == (*parsed)->hash());
}

void read_settings(std::string_view text) {
  using namespace docwright;
  const auto root = config::parse_yaml("fuzz.yaml", text);
  if (!root) return must_be_readable({root.error()});
  config::Reading reading;
  const config::Settings settings = config::settings_spec().parse(*root, reading);
  must_be_readable(reading.errors);
  must(!dump_json(config::settings_spec().show(&settings)).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const docwright::pipeline::StepRegistry steps = docwright::pipeline::all_steps();
  const auto text = docwright::test::as_text(data, size);
  read_pipeline(text, steps);
  read_settings(text);
  return 0;
}
