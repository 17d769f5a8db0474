// A pipeline in a file of the client's own, read with the prompts that it names, to be sent along
// with a submit.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "schemas/wire.h"

namespace docwright::client {

// Whether the text means a file rather than one of the daemon's pipelines: it has a '/', or ends in
// .yaml or .yml.
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
