"""A provider's limits: what is found out about those that nobody has configured, and what a restart knows of what was used."""
import tempfile
import time
import unittest

from support.daemon import Daemon, wait_until
from support.simulator import Simulator

MODEL = "models:\n  run/m: {{provider: {provider}, base_url: '{url}', window_tokens: 100000, output_tokens_max: 8000, prices: {{input: 1USD, output: 2USD}}}}\n"
CONFIG = "default_pipeline: run\nmodel: run/m\n"
PIPELINE = """
name: run
steps:
  - validate
  - chunk
  - call: {{prompt: docstrings, answer_tokens_max: 1000{call}}}
  - parse
  - store
"""


def simulator(provider, options):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as scenario, tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        scenario.write(f"seed: 3\nservers:\n  far: {{provider: {provider}, {options}}}\n")
        config.write(MODEL.format(provider=provider, url="http://127.0.0.1:9"))
        for file in (scenario, config):
            file.flush()
        return Simulator("--scenario", scenario.name, "--config", config.name)


def sources(first, count):
    return [({"path": f"m{i}.py"}, f"def scale_{i}(value):\n    return value * {i}\n".encode()) for i in range(first, first + count)]


class Limits(unittest.TestCase):
    def daemon(self, provider, far, limits="", call=""):
        daemon = Daemon(MODEL.format(provider=provider, url=far.servers["far"]) + CONFIG + limits, {"OPENAI_API_KEY": "rehearsal-1"})
        daemon.pipeline("run", PIPELINE.format(call=call))
        return daemon

    def count(self, daemon, sql):
        return daemon.rows("SELECT count(*) FROM " + sql)[0][0]

    def wait_for(self, daemon, sql, count):
        wait_until(lambda: self.count(daemon, sql) == count, f"{count} of {sql}")

    def test_a_small_limit_that_nobody_configured_refuses_nothing(self):
        with simulator("openai", "limits: {requests_per_minute: 9}") as far, self.daemon("openai", far) as daemon:
            client = daemon.client()
            client.submit(sources(0, 30), project="p")
            wait_until(lambda: self.count(daemon, "call_journal WHERE state = 'answered'") >= 2, "two answers")
            client.close()
            self.assertEqual(self.count(daemon, "call_journal WHERE state = 'failed'"), 0)

    def test_a_stream_tells_its_limits_before_its_end(self):
        """Until the first answer's head has come one call is out; it is then still being written for most of a minute."""
        with simulator("openai", "limits: {requests_per_minute: 9}, latency: {per_token: 60ms}, answers: [{tokens: 900}]") as far, \
                self.daemon("openai", far, call=", stream: always") as daemon:
            client = daemon.client()
            client.submit(sources(0, 10), project="p")
            wait_until(lambda: len(far.served()) >= 2, "a second call")
            self.assertEqual(self.count(daemon, "call_journal WHERE state = 'answered'"), 0)
            client.close()

    def test_a_days_limit_counts_what_was_asked_before_a_restart(self):
        with simulator("openai", "latency: {first_byte: 1ms}") as far, \
                self.daemon("openai", far, "limits: {openai: {requests_per_day: 3}}\n") as daemon:
            client = daemon.client()
            client.submit(sources(0, 2), project="p")
            self.wait_for(daemon, "jobs WHERE state = 'succeeded'", 2)
            client.close()
            daemon.restart()
            client = daemon.client()
            client.submit(sources(2, 3), project="p")
            self.wait_for(daemon, "jobs WHERE state = 'waiting' AND reason = 'quota'", 2)
            client.close()
            self.assertEqual(len(far.served()), 3)

    def test_restarts_send_no_burst_each(self):
        with simulator("openai", "latency: {first_byte: 1ms}") as far, \
                self.daemon("openai", far, "limits: {openai: {requests_per_minute: 12}}\n") as daemon:
            client = daemon.client()
            begin = time.monotonic()
            client.submit(sources(0, 12), project="p")
            wait_until(lambda: self.count(daemon, "call_journal WHERE state = 'answered'") >= 2, "the first burst")
            client.close()
            for _ in range(3):
                daemon.restart()
            served = len(far.served())
            self.assertLessEqual(served, 2 + 1 + (time.monotonic() - begin) / 5)


if __name__ == "__main__":
    unittest.main()
