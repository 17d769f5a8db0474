// Facts of one definition, read from its own node: parameters, documentation, exceptions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "outline/python/grammar.h"

namespace docwright::outline::python {

// All of them, receivers included.
std::vector<Parameter> parameters_of(Node list, std::string_view source);
std::vector<Parameter> type_parameters_of(Node list, std::string_view source);

// The docstring of a body (a block, or the module): its literal, as written.
std::optional<Range> docstring_of(Node body, std::string_view source);
// Nothing but a docstring, "...", pass and raise: the body says nothing about the result.
bool is_stub(Node body);

// "a.b.C" of an identifier or an attribute chain, or of what is called; empty for anything else.
std::string dotted_name(Node expression, std::string_view source);
// By its spelling: "ValueError", "socket.error", but not "make_error" or "exc".
bool names_exception_type(std::string_view dotted);
// From "async" and the decorators that mean something to a reader; `outer` is the function itself
// where it has none.
std::vector<std::string> flags_of(Node function, Node outer, std::string_view source);

}  // namespace docwright::outline::python
