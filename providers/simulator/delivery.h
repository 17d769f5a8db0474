// How an answer goes out: when, in which pieces, and whether it comes to its end. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "providers/simulator/api.h"
#include "providers/simulator/chance.h"
#include "providers/simulator/scenario.h"

namespace docwright::providers::simulator {

enum class Ending {
  whole,
  closed,  // the connection is closed after the last piece
  held     // nothing more comes, until the client gives up
};

struct Delivery {
  int status = 200;
  Headers headers;
  std::string type = "application/json";
  std::vector<std::string> pieces;  // of the body; where streamed, a chunk each
  bool streamed = false;
  std::size_t length = 0;  // of the whole body, sent or not
  bool begins = true;      // false: not even the status comes
  Ending ending = Ending::whole;
  Duration first_byte{}, between{};
  std::optional<Nusd> at_stake{};  // what is charged, and lost where the client leaves too early
};

Delivery plain(Rendered rendered);
// An answer as its format renders it, streamed where that was asked for, under what the fault does
// to its way.
Delivery delivery_of(const Api& api, const Answer& answer, const Asked& asked, const Server& server,
                     const Fault* fault);
// Before the first byte, and between pieces.
void add_latency(const Latency& latency, const Draw& draw, std::int64_t output_tokens,
                 Delivery& delivery);

}  // namespace docwright::providers::simulator
