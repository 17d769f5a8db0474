// The limits of protocol 1 (docs/protocol.md). Over a limit the answer is an error that names it;
// nothing is cut silently.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "runtime/clock.h"

namespace docwright::wire {

inline constexpr int kVersion = 1;

// Those that an operator can move (config/settings.h); ping reports them.
struct Limits {
  std::size_t frame_bytes = std::size_t{16} << 20;    // one frame: one source
  std::size_t message_bytes = std::size_t{64} << 20;  // all frames of one message
  std::size_t jobs = 1000;                            // jobs in one submit
  std::size_t frames = 1001;  // frames of one message, the header included, the envelope not

  bool operator==(const Limits&) const = default;
};

// Those that are part of the protocol. Texts are counted in bytes of UTF-8.
inline constexpr std::size_t kHeaderBytes = std::size_t{4} << 20;
inline constexpr std::size_t kIdBytes = 128;    // of a request
inline constexpr std::size_t kNameBytes = 100;  // project, tenant, pipeline, model
inline constexpr std::size_t kKeyBytes = 200;
inline constexpr std::size_t kPathBytes = 1024;
inline constexpr std::size_t kLanguageBytes = 35;  // of the answer: "en", "pt-BR", "German"
inline constexpr std::size_t kMoneyBytes = 32;
inline constexpr std::size_t kLabels = 16;
inline constexpr std::size_t kLabelKeyBytes = 63;
inline constexpr std::size_t kLabelValueBytes = 255;
inline constexpr std::size_t kParametersBytes = std::size_t{16} << 10;
inline constexpr std::size_t kPipelineBytes = std::size_t{256} << 10;  // or a prompt, sent along
inline constexpr std::size_t kPipelinesSent = 8;                       // with one submit
inline constexpr std::size_t kPromptsSent = 16;                        // with one pipeline
inline constexpr std::size_t kJobsNamed = 1000;                        // ids in one selection
inline constexpr std::size_t kIdPrefixBytes = 8;  // of an id's shortest prefix that is looked up
inline constexpr std::size_t kCursorBytes = 200;
inline constexpr std::int64_t kPageMax = 1000;  // entries of one page
inline constexpr int kPriorityMax = 100;        // and -100
inline constexpr std::int64_t kTokensMax = 1'000'000'000'000;
inline constexpr Duration kWaitMax = std::chrono::hours(1);
inline constexpr Duration kWaitDefault = std::chrono::seconds(30);
inline constexpr int kCancelledAtOnce = 10'000;  // jobs, by one cancel of all
inline constexpr Duration kCacheAgeMax = std::chrono::days(36'500);
inline constexpr Duration kDelayMax = std::chrono::days(30);
inline constexpr Duration kDeadlineMin = std::chrono::seconds(1);
inline constexpr Duration kDeadlineMax = std::chrono::days(90);
inline constexpr Duration kDeadlineDefault = std::chrono::days(7);

}  // namespace docwright::wire
