// Which sources are worth documenting: the rules of the step `validate`, usable without a daemon
// (`docwright submit` skips by the same).
//
// Pure functions of name and bytes; linear time; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/validate/options.h"

namespace docwright::pipeline {

enum class Unfit { empty, too_large, binary, not_utf8, language, generated, minified, vendored };
// One word, for counts: "binary".
std::string_view name(Unfit unfit);

struct Refusal {
  Unfit reason = Unfit::empty;
  std::string sentence;  // what, where, and what to do instead
};

// The first reason against the source, if there is one. `force` passes generated, minified and
// vendored ones. Languages are not looked at where options.languages is empty.
std::optional<Refusal> refuse(const ValidateOptions& options, std::string_view path,
                              std::string_view source, bool force);

// By name alone, so that a folder's walk need not read the file: nullopt says nothing about its
// content.
std::optional<Refusal> refuse_path(const ValidateOptions& options, std::string_view path,
                                   bool force);

}  // namespace docwright::pipeline
