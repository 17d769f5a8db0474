"""A long run over three providers of which one fails for good, one is at its limit and one is slow: all is documented, nothing is paid that
was not served, nothing hopeless is asked twice."""
import collections
import os
import tempfile
import unittest

from support.daemon import SLOW, Daemon, wait_until
from support.simulator import Simulator
from support.world import AT_REST

DEFINITIONS = int(os.environ.get("DOCWRIGHT_TEST_DEFINITIONS", "500" if SLOW else "5000"))
PER_FILE = 20
FAILS_FROM = DEFINITIONS // 5
SCENARIO = f"""
seed: 5
servers:
  failing: {{provider: openai, faults: [{{kind: server_error, from: {FAILS_FROM}}}]}}
  limited:
    provider: anthropic
    limits: {{requests_per_minute: 6000, burst: 1s}}
    faults: [{{kind: content_filter, probability: 0.01}}]
  slow:
    provider: gemini
    latency: {{first_byte: 200ms, spread: 0.5}}
"""
MODELS = """
models:
  run/failing: {provider: openai, window_tokens: 100000, output_tokens_max: 8000, prices: {input: 0.4USD, input_cached: 0.1USD, output: 1.6USD}}
  run/limited: {provider: anthropic, window_tokens: 100000, output_tokens_max: 8000, prices: {input: 1USD, output: 5USD}}
  run/slow: {provider: gemini, window_tokens: 100000, output_tokens_max: 8000, prices: {input: 0.3USD, input_cached: 0.075USD, output: 2.5USD}}
"""
CONFIG = MODELS + """
metrics_flush_interval: 100ms
default_pipeline: run
model: three
routes:
  three: {order: weight, targets: [run/failing, run/limited, run/slow]}
queue: {calls_at_once: 128, jobs_at_once: 64, chunks_at_once: 20}
"""
PIPELINE = """
name: run
steps:
  - validate
  - chunk: {targets_max: 1}
  - call: {prompt: docstrings, answer_tokens_max: 1000}
  - parse
  - store
"""
ADDRESSES = {"failing": "OPENAI_BASE_URL", "limited": "ANTHROPIC_BASE_URL", "slow": "GOOGLE_GEMINI_BASE_URL"}
KEYS = {"OPENAI_API_KEY": "rehearsal-1", "ANTHROPIC_API_KEY": "rehearsal-2", "GEMINI_API_KEY": "rehearsal-3"}
PERMANENT = range(400, 429)


def sources():
    for number in range(DEFINITIONS // PER_FILE):
        functions = (f"def scale_{number}_{i}(value, factor):\n    return value * factor + {i}\n" for i in range(PER_FILE))
        yield {"path": f"m{number:03}.py"}, "\n\n".join(functions).encode()


class AllIsDocumented(unittest.TestCase):
    def simulator(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as scenario, tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
            for file, text in ((scenario, SCENARIO), (config, MODELS)):
                file.write(text)
                file.flush()
            return Simulator("--scenario", scenario.name, "--config", config.name)

    def run_all(self, daemon):
        client = daemon.client()
        try:
            batch = client.submit(list(sources()), project="run")["batch"]
            counts = {}

            def rest():
                counts.clear()
                counts.update(daemon.rows("SELECT state, jobs FROM jobs_by_state WHERE jobs > 0"))
                return set(counts) <= set(AT_REST)

            wait_until(rest, f"the jobs of {batch}", 480)
            return counts
        finally:
            client.close()

    def test_over_three_providers(self):
        with self.simulator() as simulator:
            addresses = {ADDRESSES[name]: url for name, url in simulator.servers.items()}
            daemon = Daemon(config=CONFIG, environment={**addresses, **KEYS})
            daemon.pipeline("run", PIPELINE)
            with daemon:
                self.assertEqual(self.run_all(daemon), {"succeeded": DEFINITIONS // PER_FILE})
                self.assertEqual(daemon.rows("SELECT count(*) FROM documents"), [(DEFINITIONS,)])
                self.assertTrue(daemon.promises_hold())

                charged = {"run/" + row["model"]: row["cost_nusd"] for row in simulator.totals()["rows"]}
                settled = dict(daemon.rows("SELECT model, sum(cost_nusd) FROM usage GROUP BY model"))
                self.assertEqual(settled, charged)

                served = simulator.served()
                refused = collections.Counter((request["server"], request["question"]) for request in served if request["status"] in PERMANENT)
                self.assertEqual([times for times in refused.values() if times > 1], [], "what is permanent is not asked again")
                self.assertGreater(len(refused), 0)
                self.assertGreaterEqual(sum(request["server"] == "failing" for request in served), FAILS_FROM)
                answered = collections.Counter(request["question"] for request in served if request["status"] == 200)
                self.assertEqual(set(answered.values()), {1}, "and nothing that was answered")


if __name__ == "__main__":
    unittest.main()
