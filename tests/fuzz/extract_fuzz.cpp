// Any text as a model's answer: read, drafted, checked. What was read once is strict JSON and reads
// the same again.
#include "pipeline/parse/examine.h"
#include "pipeline/parse/extract.h"
#include "tests/support/fuzz.h"

namespace {

using namespace docwright;
using namespace docwright::pipeline;
using test::must;

const std::vector<outline::Definition>& targets() {
  static const std::vector<outline::Definition> kTargets = [] {
    outline::Definition f, g;
    f.symbol = f.name = "f";
    f.parameters = {{"path", "str", "", ""}, {"timeout", "", "3", ""}};
    f.returns_value = true;
    f.raises = {"ValueError"};
    g.symbol = "Reader.g", g.name = "g";
    g.kind = outline::Kind::method;
    g.yields = true;
    return std::vector{f, g};
  }();
  return kTargets;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = test::as_text(data, size);
  const auto extracted = extract_object(text, "documents", true);
  if (extracted) {
    must(extracted->value.is_object());
    const std::string plain = dump_json(extracted->value);
    const auto again = extract_object(plain, "documents", true);
    must(again && again->repairs.empty() && again->value == extracted->value);
  } else {
    must(extracted.error().code == Code::answer_invalid && !extracted.error().message.empty());
  }

  providers::Answer answer;
  answer.text = text;
  answer.finish = size % 2 == 0 ? providers::Finish::complete : providers::Finish::length;
  const CheckRules rules;
  const AnswerSchema form = size % 3 == 0 ? AnswerSchema::exact : AnswerSchema::shared;
  const Examination examination = examine(
      {answer, targets(), form, outline::Language::python, "def f(path, timeout=3): ...", rules});
  must(examination.documents.size() == targets().size());
  for (const auto& document : examination.documents) {
    must(document.written || has_errors(document.findings));
    must(!document.written || examination.usable());
  }
  static_cast<void>(correction(examination, targets()));
  return 0;
}
