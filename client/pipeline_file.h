// A pipeline's file of the client's, with the prompts that it names, as it is sent along with a
// submit.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "schemas/wire.h"

namespace docwright::client {

// Whether a person means a file, not the name of one of the daemon's: it has a '/', or ends in
// .yaml.
bool is_pipeline_file(std::string_view text);

struct PipelineFile {
  std::string name;  // in the YAML
  wire::SentPipeline sent;
};
// Prompts are looked for in the folder `prompts` beside the file, and beside its folder; one that
// is in neither is the daemon's own. Errors: those of read_file(), configuration (no YAML,
// no name), with the place.
Result<PipelineFile> read_pipeline_file(const std::string& path);
// These prompts alone, of the pipeline `text` in the file `path`; none where it is no YAML.
Result<std::vector<wire::SentPrompt>> prompts_beside(const std::string& path,
                                                     const std::string& text);

}  // namespace docwright::client
