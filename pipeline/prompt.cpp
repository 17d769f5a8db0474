#include "pipeline/prompt.h"

#include <algorithm>
#include <array>

namespace docwright::pipeline {
namespace {

const config::Spec<ExampleText>& example_spec() {
  using config::option;
  static const config::Spec<ExampleText> spec(
      "A question and its answer, as they should be; sent between system and user.",
      {option("user", &ExampleText::user)
           .prompt()
           .required()
           .about("What is asked. Keep it constant, as all of the example."),
       option("assistant", &ExampleText::assistant)
           .prompt()
           .required()
           .about("What is answered: JSON of the form that the parse step expects.")});
  return spec;
}

}  // namespace

const config::Spec<PromptFile>& prompt_spec() {
  using config::option;
  static const config::Spec<PromptFile> spec(
      "What a model is told and asked.",
      {option("description", &PromptFile::description).about("What the prompt is for; not sent."),
       option("system", &PromptFile::system)
           .prompt()
           .about("What holds for every question: who answers, and by which rules. Keep it "
                  "constant, so that "
                  "providers can cache it."),
       config::records("examples", &PromptFile::examples, example_spec()),
       option("user", &PromptFile::user)
           .prompt()
           .required()
           .about("The question: the code and what it is to be documented.")});
  return spec;
}

std::span<const PromptName> prompt_names() {
  static constexpr std::array kNames = {
      PromptName{"project", "The project's name.", true},
      PromptName{"path", "The source's name, as it was submitted."},
      PromptName{"language", "The source's language: python, c, cpp or other.", true},
      PromptName{"answer_language", "The language to write in: English, ...", true},
      PromptName{"code", "The chunk's text, byte for byte."},
      PromptName{"scope", "Header lines of what encloses the chunk; empty at file level."},
      PromptName{"targets",
                 "What is to be documented, in source order; its items have the names below."},
      PromptName{
          "facts",
          "The targets' facts as JSON (symbols, parameters, raised types), for a code fence."},
      PromptName{
          "steps",
          "Earlier answers about the same chunk, by step: {{steps.NAME.text}} of a call as it was "
          "written; {{#steps.NAME.documents}} with symbol, summary and description of a parse."},
  };
  return kNames;
}

bool is_stable(const Template& text) {
  return std::ranges::all_of(text.uses(), [](const Template::Use& use) {
    return use.name == "." || std::ranges::any_of(prompt_names(), [&](const PromptName& name) {
             return name.stable && name.name == use.name;
           });
  });
}

std::span<const PromptName> prompt_target_names() {
  static constexpr std::array kNames = {
      PromptName{"symbol", "The target's name within the file: Reader.next"},
      PromptName{"name",
                 "Its last part: next. Of a parameter, a type parameter, a raised type or a flag: "
                 "its name."},
      PromptName{"kind", "function, method, class, module, ..."},
      PromptName{"signature", "The signature as written, on one line."},
      PromptName{"parameters", "Its parameters: name, type, default, kind."},
      PromptName{"type_parameters", "Its type parameters: name, type, default, kind."},
      PromptName{"type", "Of a parameter: its type as written; empty where there is none."},
      PromptName{"default", "Of a parameter: its default value as written."},
      PromptName{"return_type", "The return type as annotated."},
      PromptName{"returns_value", "True where a value is returned."},
      PromptName{"yields", "True of a generator."},
      PromptName{"raises", "The exception types raised in its body: name."},
      PromptName{"flags", "async, static, const, ...: name."},
      PromptName{"visibility", "public, protected, private or unknown."},
      PromptName{"existing_doc", "Its existing documentation, as written."},
      PromptName{"lines", "Its first and last line in the source: 12-40"},
      PromptName{"last", "True on the last item of any list."},
  };
  return kNames;
}

}  // namespace docwright::pipeline
