// The official OpenAI client, told what to do: each line of its input, {"base_url", "key", "what", "options": of the client}, is a
// conversation with a server; a line of output is what came, or how the client calls what went wrong.
import { createInterface } from "node:readline";
import OpenAI from "openai";
import { makeParseableResponseFormat } from "openai/lib/parser";

const question = {
  model: "gpt-4o",
  max_tokens: 500,
  messages: [
    { role: "system", content: "You document code." },
    { role: "user", content: "What does it do?" },
  ],
};
const schema = {
  type: "object",
  properties: { summary: { type: "string" }, lines: { type: "array", items: { type: "string" } }, count: { type: "integer" } },
  required: ["summary", "lines", "count"],
  additionalProperties: false,
};
const structured = {
  ...question,
  response_format: makeParseableResponseFormat(
    { type: "json_schema", json_schema: { name: "description", strict: true, schema } },
    (text) => JSON.parse(text),
  ),
};
const tooled = {
  ...question,
  tools: [{ type: "function", function: { name: "describe", description: "Takes the description.", parameters: schema, strict: true } }],
  tool_choice: { type: "function", function: { name: "describe" } },
};

const conversations = {
  async plain(client) {
    const answer = await client.chat.completions.create(question);
    return { text: answer.choices[0].message.content, finish: answer.choices[0].finish_reason, usage: answer.usage, model: answer.model };
  },
  async streamed(client) {
    const stream = await client.chat.completions.create({ ...question, stream: true, stream_options: { include_usage: true } });
    const seen = { text: "", finish: null, usage: null, chunks: 0 };
    for await (const chunk of stream) {
      ++seen.chunks;
      seen.text += chunk.choices[0]?.delta?.content ?? "";
      seen.finish = chunk.choices[0]?.finish_reason ?? seen.finish;
      seen.usage = chunk.usage ?? seen.usage;
      seen.model = chunk.model;
    }
    return seen;
  },
  async structured(client) {
    const answer = await client.beta.chat.completions.parse(structured);
    return { parsed: answer.choices[0].message.parsed, refusal: answer.choices[0].message.refusal };
  },
  async structured_stream(client) {
    const answer = await client.beta.chat.completions.stream(structured).finalChatCompletion();
    return { parsed: answer.choices[0].message.parsed };
  },
  async tool(client) {
    const call = (await client.chat.completions.create(tooled)).choices[0].message.tool_calls[0];
    return { name: call.function.name, parsed: JSON.parse(call.function.arguments) };
  },
  async responses(client) {
    const answer = await client.responses.create({ model: "gpt-4o", input: "What does it do?", max_output_tokens: 500 });
    return { text: answer.output_text, status: answer.status, usage: answer.usage };
  },
  async responses_stream(client) {
    const stream = await client.responses.create({ model: "gpt-4o", input: "What does it do?", max_output_tokens: 500, stream: true });
    const seen = { text: "", events: [] };
    for await (const event of stream) {
      seen.events.push(event.type);
      if (event.type === "response.output_text.delta") seen.text += event.delta;
      if (event.type === "response.completed") seen.usage = event.response.usage;
    }
    return seen;
  },
  async responses_gathered(client) {
    const text = { format: { type: "json_schema", name: "description", strict: true, schema } };
    const answer = await client.responses.stream({ model: "gpt-4o", input: "What does it do?", max_output_tokens: 500, text }).finalResponse();
    return { parsed: JSON.parse(answer.output[0].content[0].text), status: answer.status };
  },
  async responses_tool(client) {
    const tools = [{ type: "function", name: "describe", strict: true, parameters: schema }];
    const stream = client.responses.stream({ model: "gpt-4o", input: "What does it do?", max_output_tokens: 500, tools, tool_choice: { type: "function", name: "describe" } });
    const [call] = (await stream.finalResponse()).output;
    return { name: call.name, parsed: JSON.parse(call.arguments) };
  },
  async empty(client) {
    return await client.chat.completions.create({ model: "gpt-4o", messages: [] });
  },
  async models(client) {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    return { names };
  },
};

async function converse({ base_url, key, what, options }) {
  try {
    const client = new OpenAI({ baseURL: base_url, apiKey: key, maxRetries: 0, timeout: 10_000, ...options });
    return await conversations[what](client);
  } catch (error) {
    const { status, code, type, message, request_id } = error;
    return { error: error.constructor.name, status, code, type, message, request_id };
  }
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await converse(JSON.parse(line))));
