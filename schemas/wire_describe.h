// Each message's fields, once: name, member, rule. wire_reader.h reads by it, wire_writer.h writes
// by it.
//
//   describe(fields, value) calls fields(name, member, rule) for each field, in the order in which
//   they are written.
//
// Of requests: wire_describe_requests.h; of replies and events: wire_describe_replies.h.
#pragma once
#include <concepts>
#include <type_traits>

namespace docwright::wire {

// A Message or a const one: describing does not change it, reading by the description does.
template <class Value, class Message>
concept Of = std::same_as<std::remove_const_t<Value>, Message>;

}  // namespace docwright::wire
