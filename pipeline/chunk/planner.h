// Cuts a source into chunks: each the text of one call, with the definitions that it is to
// document.
#pragma once
#include <string_view>
#include <vector>

#include "outline/outline.h"
#include "pipeline/chunk/options.h"
#include "pipeline/ports.h"
#include "tokens/count.h"

namespace docwright::pipeline {

// Pure: the same arguments give the same chunks. What holds of them:
//  - their ranges are a partition of the source, in order; no code point and no CRLF is cut;
//  - text and scope together have at most options.limit_tokens by `counter`;
//  - at most options.targets_max targets, whose exact schema has at most kSchemaPropertiesMax
//    properties (a single target that needs more stands alone);
//  - a definition that fits into a chunk by these limits is not cut;
//  - a target is in the chunk in which it begins: of a class that is too large, that is where its
//    head stands;
//  - of a source without targets, every chunk has the module as its target: "<module>", further
//    ones "<module>~2" and so on; else a chunk without a target is marked as stored: nobody is
//    asked about it.
// An outline with a `fallback` is cut by paragraphs and lines. An empty source is an error.
Result<std::vector<Chunk>> plan_chunks(std::string_view source, const outline::Outline& outline,
                                       const ChunkOptions& options, const TokenCounter& counter);

}  // namespace docwright::pipeline
