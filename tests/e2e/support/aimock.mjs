// Somebody else's mock of the providers, for our codecs to agree with. Prints its address as one line of JSON; ends with its
// standard input.
//
// usage: node aimock.mjs DOCUMENT: what each question is answered with. Models whose name says so meet an error first
// ("...-once-500") or always ("...-always-401"), or a stream that breaks off ("...-cut").
import { LLMock } from "@copilotkit/aimock";

const [document] = process.argv.slice(2);
const input = 321;
const output = 45;
const usages = {
  gpt: { prompt_tokens: input, completion_tokens: output },
  claude: { input_tokens: input, output_tokens: output },
  gemini: { promptTokenCount: input, candidatesTokenCount: output },
};

const failed = new Set();
function answer(request) {
  const [, times, status] = /-(once|always)-(\d+)$/.exec(request.model) ?? [];
  if (status && (times === "always" || !failed.has(request.model))) {
    failed.add(request.model);
    return { error: { message: "as the test wants it", type: "mocked" }, status: Number(status) };
  }
  const usage = usages[request.model.split("-")[0]];
  const tool = request.tools?.[0]?.function?.name;
  return tool ? { toolCalls: [{ name: tool, arguments: document }], usage } : { content: document, usage };
}

const mock = new LLMock({ port: 0, logLevel: "silent" });
mock.on({ model: /-cut$/ }, answer, { truncateAfterChunks: 2, chunkSize: 20 });
mock.on({ predicate: () => true }, answer, { chunkSize: 20 });
await mock.start();
console.log(JSON.stringify({ url: mock.url }));
process.stdin.resume();
process.stdin.on("end", async () => {
  await mock.stop();
  process.exit(0);
});
