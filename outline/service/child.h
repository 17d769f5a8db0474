// What parent and child of the outline service agree on beside the frames.
#pragma once

namespace docwright::outline {

inline constexpr int kChildSocket = 3;
// Exit codes of a child that ends by itself, beside kExitOutOfMemory.
inline constexpr int kExitBadRequest = 87;
inline constexpr int kExitUnexpected = 88;

}  // namespace docwright::outline
