"""Other formats than OpenAI's, end to end: plain and streamed, with every form of the answer, and names that a provider refuses."""
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
"""
ADDRESSES = {"anthropic": ("ANTHROPIC", "/anthropic/v1", "marks"), "gemini": ("GEMINI", "/v1beta", "automatic")}


def world_of(provider, structured="json_schema", streaming="never", schema="exact"):
    name, path, cache = ADDRESSES[provider]
    world = World(call=f"answer_schema: {schema}", config=CONFIG.format(provider=provider, cache=cache, structured=structured, streaming=streaming))
    host = world.simulator.base_url.removesuffix("/v1")
    base_url = "GOOGLE_GEMINI_BASE_URL" if provider == "gemini" else f"{name}_BASE_URL"
    world.daemon.environment.update({f"{name}_API_KEY": "simulated-key", base_url: host + path})
    return world


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
        for provider in ADDRESSES:
            for structured in ("json_schema", "tool", "none"):
                for streaming in ("never", "always"):
                    for schema in ("exact", "shared"):
                        with self.subTest(f"{provider} {structured} {streaming} {schema}"), world_of(provider, structured, streaming, schema) as world:
                            self.assertEqual(self.documented(world)["stream"], streaming == "always")


if __name__ == "__main__":
    unittest.main()
