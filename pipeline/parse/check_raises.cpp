// X01, X02: documented exceptions are those of the code, and exist.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "pipeline/parse/rule.h"

namespace docwright::pipeline {
namespace {

using outline::Language;

// What a raise may name without the source saying so: callees of the library raise them.
constexpr std::array<std::string_view, 66> kPythonTypes = {"ArithmeticError",
                                                           "AssertionError",
                                                           "AttributeError",
                                                           "BaseException",
                                                           "BaseExceptionGroup",
                                                           "BlockingIOError",
                                                           "BrokenPipeError",
                                                           "BufferError",
                                                           "ChildProcessError",
                                                           "ConnectionAbortedError",
                                                           "ConnectionError",
                                                           "ConnectionRefusedError",
                                                           "ConnectionResetError",
                                                           "DeprecationWarning",
                                                           "EOFError",
                                                           "EnvironmentError",
                                                           "Exception",
                                                           "ExceptionGroup",
                                                           "FileExistsError",
                                                           "FileNotFoundError",
                                                           "FloatingPointError",
                                                           "FutureWarning",
                                                           "GeneratorExit",
                                                           "IOError",
                                                           "ImportError",
                                                           "IndentationError",
                                                           "IndexError",
                                                           "InterruptedError",
                                                           "IsADirectoryError",
                                                           "JSONDecodeError",
                                                           "KeyError",
                                                           "KeyboardInterrupt",
                                                           "LookupError",
                                                           "MemoryError",
                                                           "ModuleNotFoundError",
                                                           "NameError",
                                                           "NotADirectoryError",
                                                           "NotImplementedError",
                                                           "OSError",
                                                           "OverflowError",
                                                           "PermissionError",
                                                           "ProcessLookupError",
                                                           "RecursionError",
                                                           "ReferenceError",
                                                           "ResourceWarning",
                                                           "RuntimeError",
                                                           "RuntimeWarning",
                                                           "StopAsyncIteration",
                                                           "StopIteration",
                                                           "SyntaxError",
                                                           "SystemError",
                                                           "SystemExit",
                                                           "TabError",
                                                           "TimeoutError",
                                                           "TypeError",
                                                           "UnboundLocalError",
                                                           "UnicodeDecodeError",
                                                           "UnicodeEncodeError",
                                                           "UnicodeError",
                                                           "UnicodeTranslateError",
                                                           "UnicodeWarning",
                                                           "UserWarning",
                                                           "ValueError",
                                                           "Warning",
                                                           "ZeroDivisionError",
                                                           "error"};
constexpr std::array<std::string_view, 33> kCppTypes = {"bad_alloc",
                                                        "bad_any_cast",
                                                        "bad_array_new_length",
                                                        "bad_cast",
                                                        "bad_exception",
                                                        "bad_expected_access",
                                                        "bad_function_call",
                                                        "bad_optional_access",
                                                        "bad_typeid",
                                                        "bad_variant_access",
                                                        "bad_weak_ptr",
                                                        "domain_error",
                                                        "error_code",
                                                        "exception",
                                                        "failure",
                                                        "filesystem_error",
                                                        "format_error",
                                                        "future_error",
                                                        "invalid_argument",
                                                        "ios_base::failure",
                                                        "length_error",
                                                        "logic_error",
                                                        "nested_exception",
                                                        "nonexistent_local_time",
                                                        "out_of_range",
                                                        "overflow_error",
                                                        "range_error",
                                                        "regex_error",
                                                        "runtime_error",
                                                        "system_error",
                                                        "ambiguous_local_time",
                                                        "underflow_error",
                                                        "tx_exception"};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// "std::out_of_range" and "json.JSONDecodeError" by their last part; template arguments do not
// count.
std::string_view last_part(std::string_view type) {
  while (!type.empty() && (type.front() == '`' || type.front() == ' ')) type.remove_prefix(1);
  type = type.substr(0, type.find_first_of("<`( "));
  const std::size_t separator = type.find_last_of(":.");
  return separator == type.npos ? type : type.substr(separator + 1);
}

bool stands_in(std::string_view source, std::string_view word) {
  for (std::size_t at = source.find(word); at != source.npos;
       at = source.find(word, at + word.size())) {
    const bool begins = at == 0 || !is_word(source[at - 1]);
    const bool ends = at + word.size() == source.size() || !is_word(source[at + word.size()]);
    if (begins && ends) return true;
  }
  return false;
}

bool exists(std::string_view type, const Subject& subject) {
  if (type.empty() || !std::ranges::all_of(type, is_word)) return false;
  if (subject.language == Language::python &&
      std::ranges::find(kPythonTypes, type) != kPythonTypes.end())
    return true;
  if (subject.language == Language::cpp && std::ranges::find(kCppTypes, type) != kCppTypes.end())
    return true;
  return stands_in(subject.source, type);
}

bool says_nothing(std::string_view type) {
  return type.empty() || type == "None" || type == "none" || type == "N/A" || type == "noexcept" ||
         type == "-";
}

}  // namespace

void check_raises(Checking& checking) {
  std::vector<Draft::Raise>& raises = checking.doc.raises;
  std::erase_if(raises,
                [](const Draft::Raise& raise) { return says_nothing(last_part(raise.type)); });
  if (!is_callable(checking.target.kind) && checking.target.raises.empty() && !raises.empty()) {
    const std::string what = "this kind of definition raises nothing";
    if (!checking.may_repair()) return checking.found("X02", "/raises", what);
    raises.clear();
    return checking.mended("X02", "/raises", what + "; removed");
  }
  for (const std::string& type : checking.target.raises) {
    const auto same = [&](const Draft::Raise& raise) {
      return last_part(raise.type) == last_part(type);
    };
    if (std::ranges::any_of(raises, same)) continue;
    checking.found("X01", "/raises", fmt::format("'{}' is raised, but not documented", type));
  }
  for (std::size_t i = 0; i < raises.size(); ++i) {
    if (exists(last_part(raises[i].type), checking.subject)) continue;
    // Without an outline nobody knows what the language calls its exceptions.
    if (checking.subject.language == Language::other) continue;
    checking.found("X02", fmt::format("/raises/{}", i),
                   fmt::format("'{}' is neither in the source nor an exception of {}",
                               raises[i].type, outline::name(checking.subject.language)));
  }
}

}  // namespace docwright::pipeline
