// Divides a chunk that is too long for its model, by our own count of the prompt or as its provider
// says.
#pragma once
#include <optional>
#include <utility>

#include "pipeline/ports.h"

namespace docwright::pipeline {

// Two chunks that are this one in sum, byte for byte, each with the targets that begin in it; as
// even as the beginnings of its targets allow. The first keeps the number, the second's is 0.
// Nothing where there is no such beginning: one target, or several at one place.
std::optional<std::pair<Chunk, Chunk>> divided(const Chunk& chunk);

}  // namespace docwright::pipeline
