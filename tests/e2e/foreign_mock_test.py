"""Our codecs and a mock of the providers that others wrote (npm @copilotkit/aimock) agree: plain, streamed, as a tool call, in errors."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from support.cli import Cli
from support.daemon import Daemon, wait_until
from support.world import AT_REST, PIPELINE, source

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "support", "aimock.mjs")
NODE_NEEDED = (20, 15)
SKIPPED = 77  # what ctest takes as that
DOCUMENT = {"documents": [{
    "symbol": "scale_000", "summary": "Multiplies a value by a factor.", "description": "Nothing else happens to it.",
    "parameters": [{"name": "value", "description": "What is multiplied."}, {"name": "factor", "description": "By how much."}],
    "returns": "The product of both.", "yields": "", "raises": []}]}
COST = 321 * 1_000 + 45 * 2_000  # nano-dollars, at the mock's usage and the prices below
PATHS = {"openai": "/v1", "anthropic": "/v1", "gemini": "/v1beta"}
NAMES = {"openai": "gpt", "anthropic": "claude", "gemini": "gemini"}


def node_version():
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:2])


def model(provider, url, **options):
    settings = {"provider": provider, "base_url": url + PATHS[provider], "key": {"env": "MOCK_KEY"}, "window_tokens": 100000,
                "output_tokens_max": 8000, "prices": {"input": "1USD", "output": "2USD"}, **options}
    return json.dumps(settings)  # JSON is YAML


class AMockByOthers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mock = subprocess.Popen(["node", SCRIPT, json.dumps(DOCUMENT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started = cls.mock.stdout.readline()
        assert started, "the mock did not start (scripts/setup installs it)"
        cls.url = json.loads(started)["url"]
        models = {}
        for provider, name in NAMES.items():
            for kind, options in (("plain", {"streaming": "never"}), ("streamed", {"streaming": "always"}), ("cut", {"streaming": "always"}),
                                  ("tool", {"structured": "tool", "streaming": "never"}),
                                  ("tool-streamed", {"structured": "tool", "streaming": "always"}),
                                  ("once-500", {}), ("once-503", {}), ("always-400", {}),
                                  # A key that is refused serves no other model either.
                                  ("always-401", {"key": {"env": "REFUSED_KEY"}})):
                models[f"mock/{name}-{kind}"] = model(provider, cls.url, **options)
        lines = ["default_pipeline: quick", "models:", *(f"  {name}: {settings}" for name, settings in models.items())]
        cls.daemon = Daemon(config="\n".join(lines) + "\n", environment={"MOCK_KEY": "an-invented-key", "REFUSED_KEY": "another"})
        cls.daemon.pipeline("quick", PIPELINE.format(call=", retries: 1"))
        cls.daemon.start()
        cls.client = cls.daemon.client()
        cls.home = tempfile.TemporaryDirectory(prefix="dw-home-")
        cls.cli = Cli(cls.home.name, cls.daemon.state)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.daemon.close()
        cls.home.cleanup()
        cls.mock.stdin.close()
        cls.mock.wait(10)
        cls.mock.stdout.close()

    def job(self, name):
        batch = self.client.submit([({"path": "m.py", "model": f"mock/{name}"}, source(0))], project=name)["batch"]
        jobs = []

        def rest():
            jobs[:] = self.client.ask("status", batch=batch)["jobs"]
            return jobs[0]["state"] in AT_REST

        wait_until(rest, "a job that has ended or is parked")
        return batch, jobs[0]

    def asked(self, name):
        with urllib.request.urlopen(self.url + "/__aimock/journal", timeout=10) as reply:
            journal = json.load(reply)
        entries = journal["requests"] if isinstance(journal, dict) else journal
        return [entry["body"] for entry in entries if (entry.get("body") or {}).get("model") == name]

    def test_an_answer_is_understood_and_charged_to_the_nano_dollar(self):
        for name in NAMES.values():
            for kind in ("plain", "streamed", "tool", "tool-streamed"):
                with self.subTest(name=name, kind=kind):
                    batch, job = self.job(f"{name}-{kind}")
                    self.assertEqual((job["state"], job["calls"], job["flagged"], job["documents"], job["cost_nusd"]),
                                     ("succeeded", 1, 0, 1, COST), job)
                    document = self.cli.json("result", batch)[0]["document"]
                    self.assertIn("Multiplies a value", json.dumps(document))
                    [asked] = self.asked(f"{name}-{kind}")
                    self.assertEqual(bool(asked.get("stream")), kind.endswith("streamed"))

    def test_what_passes_is_asked_again(self):
        for name in NAMES.values():
            for kind in ("once-500", "once-503"):
                with self.subTest(name=name, kind=kind):
                    _, job = self.job(f"{name}-{kind}")
                    self.assertEqual((job["state"], job["calls"], job["cost_nusd"]), ("succeeded", 2, COST), job)

    def test_what_does_not_pass_is_asked_once(self):
        for name in NAMES.values():
            for kind in ("always-401", "always-400"):
                with self.subTest(name=name, kind=kind):
                    _, job = self.job(f"{name}-{kind}")
                    self.assertIn(job["state"], ("failed", "waiting"), job)
                    self.assertEqual(len(self.asked(f"{name}-{kind}")), 1)
                    self.assertEqual(job["cost_nusd"], 0)

    def test_a_stream_that_breaks_off_is_no_success(self):
        for name in NAMES.values():
            with self.subTest(name=name):
                _, job = self.job(f"{name}-cut")
                self.assertEqual((job["state"], job["documents"], job["calls_unknown"]), ("failed", 0, job["calls"]), job)
                self.assertGreater(job["cost_nusd"], COST, "each stays charged at its bound")


if __name__ == "__main__":
    if node_version() < NODE_NEEDED:
        print(f"skipped: the mock needs Node {'.'.join(map(str, NODE_NEEDED))}, and here is {'.'.join(map(str, node_version()))}")
        sys.exit(SKIPPED)
    unittest.main()
