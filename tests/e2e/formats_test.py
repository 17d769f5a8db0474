"""Every format, end to end: plain and streamed, with every form of the answer, and names that a provider refuses."""
import unittest

from support.world import World

SOURCE = b"""
struct Vec {
  int operator()(int factor) const { return factor; }
  int operator[](int index) const { return index; }
};

int free_function(int value) { return value + 1; }
"""
# Price of a million tokens in nano-dollars, as in CONFIG.
PRICES = {"plain": 3_000_000_000, "input_cached": 300_000_000, "input_cache_write": 3_750_000_000, "output": 15_000_000_000}
CONFIG = """
models:
  rehearsed/model:
    provider: {provider}
    window_tokens: 200000
    output_tokens_max: 64000
    prices: {{input: 3USD, input_cached: 0.3USD, input_cache_write: 3.75USD, output: 15USD}}
    prompt_cache: {cache}
    structured: {structured}
    streaming: {streaming}
    api_name: {api_name}
"""


class Format:
    def __init__(self, provider, key, address, path, cache="automatic", api_name="model", more="", pairs=True, schemas=("exact",)):
        self.provider = provider
        self.key = key            # the environment variables
        self.address = address
        self.path = path
        self.cache = cache
        self.api_name = api_name
        self.more = more          # further options of the model
        self.pairs = pairs        # a schema and a stream go together
        self.schemas = schemas    # exact has names in it, which some providers refuse

    def world(self, structured, streaming, schema):
        config = CONFIG.format(provider=self.provider, cache=self.cache, structured=structured, streaming=streaming, api_name=self.api_name)
        world = World(call=f"answer_schema: {schema}", config=config + self.more)
        host = world.simulator.base_url.removesuffix("/v1")
        world.daemon.environment.update({self.key: "simulated-key", self.address: host + self.path})
        return world


FORMATS = {
    "anthropic": Format("anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "/anthropic/v1", cache="marks", schemas=("exact", "shared")),
    "gemini": Format("gemini", "GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "/v1beta", schemas=("exact", "shared")),
    "chat": Format("openai", "OPENAI_API_KEY", "OPENAI_BASE_URL", "", cache="key"),
    "responses": Format("openai", "OPENAI_API_KEY", "OPENAI_BASE_URL", "", cache="key", more="    api: responses\n"),
    "azure": Format("azure_openai", "AZURE_OPENAI_KEY", "AZURE_OPENAI_ENDPOINT", "/openai"),
    "azure, by deployment": Format("azure_openai", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "", more="    deployment_url: true\n"),
    "groq": Format("groq", "GROQ_API_KEY", "GROQ_BASE_URL", "/groq/openai/v1", api_name="openai/gpt-oss-120b", pairs=False),
}


def cost_of(usage):
    plain = usage["input"] - usage["input_cached"] - usage["input_cache_write"]
    parts = {**usage, "plain": plain}
    return -(-sum(parts[name] * price for name, price in PRICES.items()) // 1_000_000)


class Formats(unittest.TestCase):
    def documented(self, world):
        """The file's documents are good, and cost what the provider counted."""
        jobs = [({"path": "vec.cpp", "model": "rehearsed/model"}, SOURCE)]
        batch = world.client.submit(jobs, project="world")["batch"]
        job = world.at_rest(batch)[0]
        self.assertEqual(job["state"], "succeeded", job)
        documents = world.cli.json("result", batch)
        self.assertLessEqual({"Vec::operator()", "Vec::operator[]", "free_function"}, {document["symbol"] for document in documents})
        self.assertEqual({document["document"]["checks"]["status"] for document in documents}, {"good"})
        served = world.simulator.served()
        self.assertEqual([request["status"] for request in served], [200])
        self.assertEqual(job["cost_nusd"], sum(cost_of(request["usage"]) for request in served))
        return served[0]

    def test_every_form_of_the_answer_plain_and_streamed(self):
        for name, form in FORMATS.items():
            for structured in ("json_schema", "tool", "none"):
                for streaming in ("never", "always"):
                    if structured == "json_schema" and streaming == "always" and not form.pairs:
                        continue
                    for schema in form.schemas:
                        with self.subTest(f"{name} {structured} {streaming} {schema}"), form.world(structured, streaming, schema) as world:
                            self.assertEqual(self.documented(world)["stream"], streaming == "always")


if __name__ == "__main__":
    unittest.main()
