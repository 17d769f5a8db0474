#include "outline/outline.h"

#include "outline/cfamily/cfamily.h"
#include "outline/python/python.h"

namespace docwright::outline {

Outline outline_source(Language language, std::string_view source) {
  switch (language) {
    case Language::python:
      return outline_python(source);
    case Language::c:
    case Language::cpp:
      return outline_c_family(language, source);
    case Language::other:
      break;
  }
  return {.language = Language::other, .fallback = "there is no grammar for this language"};
}

}  // namespace docwright::outline
