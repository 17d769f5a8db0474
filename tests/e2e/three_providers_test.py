"""A long run over three providers of which one fails for good, one is at its limit and one is slow: all is documented, nothing is paid that
was not served, nothing hopeless is asked twice, and who fails or is at its limit is left alone.

    DOCWRIGHT_TEST_SEED=N python3 three_providers_test.py     a run again: what the providers do is decided by the seed
"""
import collections
import datetime
import os
import random
import tempfile
import unittest

from support.daemon import SLOW, Daemon, wait_until
from support.simulator import Simulator
from support.world import AT_REST

DEFINITIONS = int(os.environ.get("DOCWRIGHT_TEST_DEFINITIONS", "500" if SLOW else "5000"))
PER_FILE = 20
FAILS_FROM = DEFINITIONS // 5
FILTERED = 50 / DEFINITIONS  # the share of the limited one's questions that it refuses for good
CALLS_AT_ONCE = 128
SEED = int(os.environ.get("DOCWRIGHT_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
SCENARIO = f"""
seed: {SEED}
servers:
  failing: {{provider: openai, faults: [{{kind: server_error, from: {FAILS_FROM}}}]}}
  limited:
    provider: anthropic
    limits: {{requests_per_minute: 2400, burst: 1s}}
    faults: [{{kind: content_filter, probability: {FILTERED}}}]
  slow:
    provider: gemini
    latency: {{first_byte: 800ms, spread: 0.5}}
"""
MODELS = """
models:
  run/failing: {provider: openai, window_tokens: 100000, output_tokens_max: 8000, prices: {input: 0.4USD, input_cached: 0.1USD, output: 1.6USD}}
  run/limited: {provider: anthropic, window_tokens: 100000, output_tokens_max: 8000, prices: {input: 1USD, output: 5USD}}
  run/slow: {provider: gemini, window_tokens: 100000, output_tokens_max: 8000, prices: {input: 0.3USD, input_cached: 0.075USD, output: 2.5USD}}
"""
CONFIG = MODELS + f"""
metrics_flush_interval: 100ms
default_pipeline: run
model: three
routes:
  three: {{order: weight, targets: [run/failing, run/limited, run/slow]}}
queue: {{calls_at_once: {CALLS_AT_ONCE}, jobs_at_once: 64, chunks_at_once: 20}}
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
# The breaker of a model that only fails: it opens after so many failures in a row, and lets one question through after so long, then
# after twice as long, ...
FAILURES, OPEN = 20, datetime.timedelta(seconds=15)
# Of the requests of a provider at its limit, at most so many may be refused: the first ones find out what the limit is.
REFUSED_SHARE = 0.02
TRANSIENT = ("rate_limit", "overloaded", "server", "timeout", "connect", "network", "truncated", "malformed")


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
                self.assertTrue(daemon.promises_hold())
                served = simulator.served()
                by = collections.Counter((request["server"], request["status"]) for request in served)
                print(", ".join(f"{server} {status}: {times}" for (server, status), times in sorted(by.items())), flush=True)
                self.check_documents(daemon)
                self.check_money(daemon, simulator.totals()["rows"], served)
                self.check_nothing_twice(daemon, served)
                self.check_who_fails([request for request in served if request["server"] == "failing"])
                self.check_the_limit(by)

    def check_documents(self, daemon):
        """Each definition of each source, once, and good."""
        expected = {(f"m{number:03}.py", f"scale_{number}_{i}") for number in range(DEFINITIONS // PER_FILE) for i in range(PER_FILE)}
        stored = daemon.rows("SELECT path, symbol, flagged FROM documents")
        self.assertEqual(len(stored), DEFINITIONS)
        self.assertEqual({(path, symbol) for path, symbol, _ in stored}, expected)
        self.assertEqual({flagged for *_, flagged in stored}, {0})

    def check_money(self, daemon, rows, served):
        """What is settled is what the simulators wrote down, model by model and call by call, to the nano-dollar."""
        settled = dict(daemon.rows("SELECT model, sum(cost_nusd) FROM usage GROUP BY model"))
        self.assertEqual(settled, {"run/" + row["model"]: row["cost_nusd"] for row in rows})
        charged = collections.Counter()
        for request in served:
            charged[request["request_id"]] += request["cost_nusd"]
        calls = daemon.rows("SELECT id, chunk, c.step, question, c.attempt, c.charged_nusd FROM call_journal c JOIN jobs USING (job)")
        self.assertEqual({".".join(map(str, name)): nusd for *name, nusd in calls}, dict(charged))

    def check_nothing_twice(self, daemon, served):
        """No question meets the same permanent error again, and none that was answered is asked again: by both ledgers."""
        refused = collections.Counter((request["server"], request["question"]) for request in served if 400 <= request["status"] < 429)
        self.assertEqual(set(refused.values()), {1})
        known = ", ".join(f"'{name}'" for name in TRANSIENT)
        permanent = daemon.rows("SELECT model, error_class, count(*), count(DISTINCT hash) FROM call_journal "
                                f"WHERE error_class NOT IN ({known}) GROUP BY model, error_class")
        self.assertEqual(permanent, [("run/limited", "content_filter", len(refused), len(refused))])
        answered = collections.Counter(request["question"] for request in served if request["status"] == 200)
        self.assertEqual((len(answered), set(answered.values())), (DEFINITIONS, {1}))

    def check_who_fails(self, asked):
        """After the breaker has opened, nothing comes but what was under way, and single questions that try whether it is well again."""
        failed = sorted(datetime.datetime.fromisoformat(request["time"]) for request in asked if request["status"] >= 500)
        self.assertEqual(len(asked) - len(failed), FAILS_FROM - 1)
        self.assertGreaterEqual(len(failed), FAILURES)
        probes = [time for time in failed if time > failed[FAILURES - 1] + OPEN / 2]
        self.assertLessEqual(len(failed) - len(probes), FAILURES + CALLS_AT_ONCE)
        for times, (before, after) in enumerate(zip(probes, probes[1:]), start=1):
            self.assertGreaterEqual(after - before, OPEN * 2 ** times)

    def check_the_limit(self, by):
        asked = sum(times for (server, _), times in by.items() if server == "limited")
        self.assertLessEqual(by["limited", 429], max(10, REFUSED_SHARE * asked))


if __name__ == "__main__":
    print(f"seed {SEED}: {DEFINITIONS} definitions", flush=True)
    unittest.main()
