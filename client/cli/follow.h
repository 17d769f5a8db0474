// Following jobs to their end: what wait, watch and submit --wait have in common.
#pragma once
#include <optional>
#include <vector>

#include "client/cli/session.h"

namespace docwright::cli {

struct Follow {
  std::optional<Duration> timeout;  // none: until the jobs' own deadlines
  bool progress = false;            // a line on stderr that moves
  bool text = false;                // in its place: what the models write, on stdout
  Exit interrupted = Exit::done;    // Ctrl-C detaches, the jobs go on; what the program ends with
};

// Until every job has ended: done or failed; parked when what is left waits for more than a minute
// or for a person (said on stderr); timeout. The last sum goes into `sum`.
Result<Exit> follow(Session& session, const std::vector<wire::Selection>& which, const Follow& how,
                    wire::Summary& sum);

}  // namespace docwright::cli
