// The compiled form of a schema (validator.h): a flat list of nodes that name each other by index,
// so that a schema which refers to itself needs no special care.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/json.h"

namespace docwright::schemas {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = std::numeric_limits<NodeIndex>::max();

// A set of the types of JSON Schema.
using TypeSet = std::uint8_t;
inline constexpr TypeSet kNull = 1, kBoolean = 2, kInteger = 4, kNumber = 8, kString = 16,
                         kArray = 32, kObject = 64;

// "a string", "an object or null"
std::string describe_types(TypeSet types);
std::optional<TypeSet> type_named(std::string_view name);
// What the value is: one type (an integer is kInteger, which a kNumber admits).
TypeSet type_of(const Json& value);

struct SchemaNode {
  struct Property {
    std::string name;
    NodeIndex node = kNoNode;
    bool required = false;
  };
  template <class T>
  struct Bounds {
    std::optional<T> least, most;
    bool any() const { return least || most; }
  };

  bool nothing = false;       // the schema `false`: no value is right
  TypeSet types = 0;          // 0: any
  std::vector<Json> allowed;  // enum, const; empty: any
  // In the order of the schema, required ones without a schema last.
  std::vector<Property> properties;
  std::vector<std::uint32_t> sorted;  // indices of properties by name
  bool closed = false;                // additionalProperties: false
  NodeIndex additional = kNoNode;     // schema of further members
  NodeIndex items = kNoNode;
  NodeIndex reference = kNoNode;
  std::vector<NodeIndex> any_of;
  Bounds<double> number;
  Bounds<std::uint64_t> length, elements, members;

  // Index into properties, or nothing.
  std::optional<std::size_t> property(std::string_view name) const;
};

struct SchemaTree {
  std::vector<SchemaNode> nodes;
  NodeIndex root = 0;
};

}  // namespace docwright::schemas
