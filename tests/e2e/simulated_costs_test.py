"""What docwright has settled is what the simulated providers charged, to the nano-dollar, in each format and whatever happened on the way."""
import tempfile
import unittest

from support.cli import Cli
from support.daemon import Daemon, wait_until
from support.simulator import Simulator
from support.world import AT_REST, PIPELINE, source

MODELS = {"openai": "rehearsal/a", "anthropic": "rehearsal/b", "gemini": "rehearsal/c"}
CONFIG = """
metrics_flush_interval: 100ms
models:
  rehearsal/a: {provider: openai, window_tokens: 100000, output_tokens_max: 8000, prices: {input: 0.4USD, input_cached: 0.1USD, output: 1.6USD}}
  rehearsal/b: {provider: anthropic, window_tokens: 100000, output_tokens_max: 8000, prompt_cache: marks,
                prices: {input: 1USD, input_cached: 0.1USD, input_cache_write: 1.25USD, output: 5USD}}
  rehearsal/c: {provider: gemini, window_tokens: 100000, output_tokens_max: 8000, prices: {input: 0.3USD, input_cached: 0.075USD, output: 2.5USD}}
"""
# Nano-dollars per million tokens, as above.
INPUT = {"rehearsal/a": 400_000_000, "rehearsal/b": 1_000_000_000, "rehearsal/c": 300_000_000}
OUTPUT = {"rehearsal/a": 1_600_000_000, "rehearsal/b": 5_000_000_000, "rehearsal/c": 2_500_000_000}
ADDRESSES = {"openai": "OPENAI_BASE_URL", "anthropic": "ANTHROPIC_BASE_URL", "gemini": "GOOGLE_GEMINI_BASE_URL"}
KEYS = {"OPENAI_API_KEY": "rehearsal-openai", "ANTHROPIC_API_KEY": "rehearsal-anthropic", "GEMINI_API_KEY": "rehearsal-gemini"}
SERVER = """
  {provider}:
    provider: {provider}
    cache_tokens_min: 16
    keys: [{{name: {provider}-key, key: rehearsal-{provider}}}]
    answers: [{{tokens: 100, weight: 2}}, {{tokens: 400}}, {{tokens: 1200}}]
    faults: [{fault}]
"""
PLAIN_AND_STREAMED = {"never": "stream: never", "always": "stream: always"}


def same_names(number):
    """Sources of one schema, also where it has the names in it."""
    return f"def scale(value, factor):\n    return value * factor + {number}\n".encode()


class Rehearsal:
    """A daemon whose providers are all played, each with its fault; each model gets the sources through all pipelines, which
    differ in the options of their call."""

    def __init__(self, faults, jobs, calls=None, text=source):
        self.jobs = jobs
        self.calls = calls or PLAIN_AND_STREAMED
        self.text = text
        scenario = "seed: 3\nservers:" + "".join(SERVER.format(provider=provider, fault=faults[provider]) for provider in MODELS)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file, tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
            for target, text in ((file, scenario), (config, CONFIG)):
                target.write(text)
                target.flush()
            self.simulator = Simulator("--scenario", file.name, "--config", config.name)
        addresses = {ADDRESSES[provider]: self.simulator.servers[provider] for provider in MODELS}
        self.daemon = Daemon(config=CONFIG, environment={**addresses, **KEYS})
        self.home = tempfile.TemporaryDirectory(prefix="dw-home-")
        self.cli = Cli(self.home.name, self.daemon.state)
        for name, options in self.calls.items():
            self.daemon.pipeline(name, PIPELINE.format(call=", " + options).replace("name: quick", f"name: {name}"))

    def __enter__(self):
        self.daemon.start()
        client = self.daemon.client()
        try:
            batches = []
            for model in MODELS.values():
                for name in self.calls:
                    jobs = [({"path": f"m{number:03}.py", "model": model, "pipeline": name}, self.text(number)) for number in range(self.jobs)]
                    batches.append(client.submit(jobs, project=name)["batch"])
            wait_until(lambda: all(job["state"] in AT_REST for batch in batches for job in client.ask("status", batch=batch, limit=1000)["jobs"]),
                       "jobs that have ended", 120)
        finally:
            client.close()
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print(self.daemon.log_text()[-4000:])
        self.daemon.close()
        self.simulator.close()
        self.home.cleanup()

    def settled(self):
        """{model: (cost, prompt tokens, cached of these, answer tokens)} of what docwright has recorded."""
        sql = "SELECT model, sum(cost_nusd), sum(tokens_in), sum(tokens_cached), sum(tokens_out) FROM usage GROUP BY model"
        return {model: tuple(sums) for model, *sums in self.daemon.rows(sql)}

    def charged(self):
        """The same of the simulator's ledger."""
        rows = self.simulator.totals()["rows"]
        return {"rehearsal/" + row["model"]: (row["cost_nusd"], row["usage"]["input"], row["usage"]["input_cached"], row["usage"]["output"]) for row in rows}


class SettledIsWhatWasCharged(unittest.TestCase):
    def test_to_the_nano_dollar(self):
        faults = {"openai": "{kind: server_error, every: 5}", "anthropic": "{kind: overloaded, every: 5}",
                  "gemini": "{kind: rate_limit, every: 6, retry_after: 1s}"}
        with Rehearsal(faults, jobs=6) as rehearsal:
            self.assertEqual(rehearsal.daemon.rows("SELECT state, jobs FROM jobs_by_state WHERE jobs > 0"), [("succeeded", 36)])
            charged = rehearsal.charged()
            self.assertEqual(rehearsal.settled(), charged)
            self.assertEqual(set(charged), set(MODELS.values()))
            self.assertTrue(all(cost > 0 for cost, *_ in charged.values()))
            self.assertGreater(charged[MODELS["openai"]][2], 0, "part of the prompts was cached")
            self.assertEqual({row["key"] for row in rehearsal.simulator.totals()["rows"]}, {f"{provider}-key" for provider in MODELS})
            self.assertTrue(rehearsal.daemon.promises_hold())

    def test_a_prompt_that_google_blocks_is_charged(self):
        with Rehearsal({"openai": "", "anthropic": "", "gemini": "{kind: content_filter, every: 3}"}, jobs=6) as rehearsal:
            charged = rehearsal.charged()
            self.assertEqual(rehearsal.settled(), charged)
            model = MODELS["gemini"]
            blocked = "SELECT tokens_in, tokens_out, cost_usd FROM calls WHERE finish = 'content_filter' AND model = ?"
            rows = rehearsal.daemon.rows(blocked.replace("?", f"'{model}'"))
            self.assertEqual(len(rows), 4)
            for prompt, answer, cost in rows:
                self.assertEqual((answer, round(cost * 1e9)), (0, prompt * INPUT[model] // 1_000_000))

    def test_what_a_provider_keeps_of_the_prompts_is_reported_and_priced(self):
        """Anthropic's where it is marked, Gemini's and OpenAI's by itself; with one schema for all, and with the names in it."""
        for form in ("exact", "shared"):
            calls = {name: f"{options}, answer_schema: {form}" for name, options in PLAIN_AND_STREAMED.items()}
            with self.subTest(form), Rehearsal(dict.fromkeys(MODELS, ""), 5, calls, same_names) as rehearsal:
                charged = rehearsal.charged()
                self.assertEqual(rehearsal.settled(), charged)
                reported = {row["model"]: row for row in rehearsal.cli.json("report", "usage") if "model" in row}
                self.assertEqual(set(reported), set(MODELS.values()))
                for model, (cost, prompt, cached, answer) in charged.items():
                    row = reported[model]
                    self.assertEqual((row["tokens_in"], row["tokens_cached"], row["tokens_out"]), (prompt, cached, answer))
                    self.assertEqual(round(row["cost_usd"] * 1e9), cost)
                    self.assertGreater(cached, 0, model)
                    # Had all of the prompts been read anew, they had cost more.
                    self.assertLess(cost, -(-(prompt * INPUT[model] + answer * OUTPUT[model]) // 1_000_000), model)
                sql = "SELECT sum(tokens_cache_write) FROM calls WHERE model = 'rehearsal/b'"
                written, = (row["usage"]["input_cache_write"] for row in rehearsal.simulator.totals()["rows"] if row["model"] == "b")
                self.assertGreater(written, 0)
                self.assertEqual(rehearsal.daemon.rows(sql), [(written,)])

    def test_what_was_lost_stays_charged_at_its_bound(self):
        cut = "{kind: cut_body, every: 4}"
        with Rehearsal({"openai": cut, "anthropic": cut, "gemini": "{kind: error_frame, every: 4}"}, jobs=3) as rehearsal:
            charged, settled = rehearsal.charged(), rehearsal.settled()
            self.assertGreater(rehearsal.simulator.totals()["lost"]["served"], 0)
            for model, (cost, *_) in charged.items():
                self.assertGreaterEqual(settled[model][0], cost, model)
            self.assertTrue(rehearsal.daemon.promises_hold())


if __name__ == "__main__":
    unittest.main()
