// A document record (schemas/document.json) as Markdown. Pure functions.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "runtime/json.h"

namespace docwright::client {

// One definition: a heading of this level (1 to 6), the signature, what the model wrote, its
// findings where it is flagged, and where it comes from. Members that are missing are left out;
// nothing in a record can break the page's structure.
std::string markdown(const Json& record, int heading_level = 2);

// All documents of one source file, in the order of the source: a page with the file's path as its
// title.
std::string markdown_page(std::string_view path, std::span<const Json> records);

}  // namespace docwright::client
