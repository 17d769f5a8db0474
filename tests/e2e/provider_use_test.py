"""`provider use`: whom calls ask that name no model is switched while a queue runs, and stays switched whatever happens to the daemon."""
import contextlib
import tempfile
import unittest

from support.cli import Cli
from support.daemon import Daemon, wait_until
from support.simulator import Simulator
from support.world import AT_REST, source

SCENARIO = """
seed: 3
servers:
  first: {{provider: openai{first}}}
  second: {{provider: gemini}}
"""
CONFIG = """
model: gpt-5.4-mini
default_pipeline: quick
metrics_flush_interval: 100ms
queue: {jobs_at_once: 4}
routes:
  either: {targets: [gemini-2.5-flash, gpt-5.4-mini]}
models:
  gone: {base: gpt-4o, retires: 2001-01-01, replaced_by: gpt-4.1}
  unpriced: {window_tokens: 32000, output_tokens_max: 4000, base_url: "http://127.0.0.1:9"}
  mine: {base: gpt-4o, aliases: [ours]}
"""
PIPELINE = """
name: quick
steps:
  - validate
  - chunk
  - call: {prompt: docstrings, answer_tokens_max: 2000%s}
  - parse
  - store
"""
CONFIGURED, CHOSEN = "gpt-5.4-mini", "gemini-2.5-flash"
PLANTED = {"OPENAI_API_KEY": "sk-planted-openai-0815", "GEMINI_API_KEY": "planted-gemini-0815"}


@contextlib.contextmanager
def two_providers(first="", config="", **environment):
    """A simulator of two providers and a daemon that knows both; `first` goes on with what the simulated OpenAI does."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as scenario, tempfile.TemporaryDirectory(prefix="dw-home-") as home:
        scenario.write(SCENARIO.format(first=first and ", " + first))
        scenario.flush()
        with Simulator("--scenario", scenario.name) as simulator:
            addresses = {"OPENAI_BASE_URL": simulator.servers["first"], "GOOGLE_GEMINI_BASE_URL": simulator.servers["second"]}
            daemon = Daemon(config=CONFIG + config, environment={**addresses, **PLANTED, **environment})
            daemon.pipeline("quick", PIPELINE % "")
            with daemon:
                daemon.cli = Cli(home, daemon.state)
                daemon.cli.environment["USER"] = "anna"
                yield daemon, simulator
                assert daemon.promises_hold()
                for key in PLANTED.values():
                    assert key not in daemon.log_text()


def submit(daemon, numbers, **fields):
    with contextlib.closing(daemon.client()) as client:
        return client.submit([({"path": f"m{number:03}.py", **fields}, source(number)) for number in numbers], project="world")["batch"]


def jobs(daemon, batch):
    with contextlib.closing(daemon.client()) as client:
        return client.ask("status", batch=batch, limit=1000)["jobs"]


def at_rest(daemon, batch, states=AT_REST):
    wait_until(lambda: all(job["state"] in states for job in jobs(daemon, batch)), f"jobs that are {states}")
    return jobs(daemon, batch)


def asked(daemon, batch):
    """The models that have answered the batch's jobs."""
    return dict(daemon.rows("SELECT c.model, count(*) FROM calls c JOIN jobs j ON j.id = c.job JOIN batches b USING (batch) "
                            "WHERE b.id = ? AND c.state = 'answered' GROUP BY c.model", batch))


def chosen(daemon):
    with contextlib.closing(daemon.client()) as client:
        return client.ask("ping")["default_model"]


class ProviderUse(unittest.TestCase):
    def test_switched_while_a_queue_runs(self):
        with two_providers("latency: {first_byte: 200ms}") as (daemon, _):
            self.assertEqual(chosen(daemon), {"name": CONFIGURED, "configured": CONFIGURED})
            batch = submit(daemon, range(40))
            wait_until(lambda: asked(daemon, batch).get(CONFIGURED, 0) >= 4, "answers of the configured model")
            told = daemon.cli.json("provider", "use", "gemini")
            self.assertEqual((told["name"], told["configured"], told["chosen_by"]), (CHOSEN, CONFIGURED, "anna"))
            self.assertEqual({job["state"] for job in at_rest(daemon, batch)}, {"succeeded"})
            counts = asked(daemon, batch)
            self.assertEqual(sum(counts.values()), 40, "no job is asked about twice")
            self.assertGreater(counts[CHOSEN], 0)
            later, = daemon.rows("SELECT count(*) FROM call_journal WHERE model = ? AND created > (SELECT since FROM default_models)", CONFIGURED)
            self.assertLessEqual(later[0], 4, "only what had been put together before still goes to the former")
            shown = {job["model"] for job in jobs(daemon, batch)}
            self.assertEqual(shown, {CONFIGURED, CHOSEN}, "a job that has ended says whom it asked")

            daemon.restart()
            self.assertEqual(chosen(daemon)["name"], CHOSEN)
            self.assertIn("the default model is not the configuration's", daemon.log_text())
            after = submit(daemon, [50])
            at_rest(daemon, after)
            self.assertEqual(asked(daemon, after), {CHOSEN: 1})
            self.assertEqual(daemon.cli.json("pipeline", "list")[-1]["model"], CHOSEN)

            daemon.cli.run("provider", "use", "--configured")
            self.assertEqual(chosen(daemon), {"name": CONFIGURED, "configured": CONFIGURED})
            last = submit(daemon, [51])
            at_rest(daemon, last)
            self.assertEqual(asked(daemon, last), {CONFIGURED: 1})
            self.assertEqual(daemon.rows("SELECT name, chosen_by FROM default_models ORDER BY choice"), [(CHOSEN, "anna"), ("", "anna")])
            with contextlib.closing(daemon.client()) as client:
                told = [event["event"] for event in client.ask("events_since", topic="daemon")["events"]]
            self.assertIn(f"the default model was chosen model={CONFIGURED} before={CHOSEN} configured={CONFIGURED} by=anna", daemon.log_text())
            self.assertEqual(told, [{"event": "default_model_set", "subject": CHOSEN, "by": "anna"},
                                    {"event": "default_model_reset", "subject": CONFIGURED, "by": "anna"}])

    def test_who_waits_for_the_former_goes_on_with_the_new_one(self):
        with two_providers("faults: [{kind: quota}]") as (daemon, _):
            batch = submit(daemon, range(8))
            named = submit(daemon, range(60, 62), model=CONFIGURED)
            waiting = at_rest(daemon, batch, ("waiting",)) + at_rest(daemon, named, ("waiting",))
            self.assertEqual({job["waiting"]["reason"] for job in waiting}, {"quota"})

            shown = daemon.cli.json("provider", "list")
            self.assertEqual(shown["default_model"]["name"], CONFIGURED)
            openai, = [row for row in shown["providers"] if row["provider"] == "openai" and row["troubles"]]
            trouble, = openai["troubles"]
            self.assertEqual((trouble["kind"], trouble["models"]), ("quota_used_up", [CONFIGURED]))
            self.assertNotIn("planted", openai["key"])
            group, = [group for group in shown["quota_groups"] if group["provider"] == "openai"]
            self.assertEqual((group["name"], group["calls"]), (CONFIGURED, 0))
            table = daemon.cli.run("provider", "list")
            self.assertIn(f"quota of {CONFIGURED} used up until ", table.stdout)
            self.assertIn(f"The default model is {CONFIGURED}.", table.stderr)

            daemon.cli.run("provider", "use", CHOSEN)
            self.assertEqual({job["state"] for job in at_rest(daemon, batch, ("succeeded",))}, {"succeeded"})
            self.assertEqual(asked(daemon, batch), {CHOSEN: 8})
            self.assertEqual({job["state"] for job in at_rest(daemon, named)}, {"waiting"}, "who names a model keeps it")
            self.assertIn(f"{CHOSEN} (chosen ", daemon.cli.run("ping").stdout)

    def test_keys_that_are_refused_and_models_that_only_fail_are_shown(self):
        with two_providers("faults: [{kind: auth, every: 1, model: gpt-5.4-mini}]") as (daemon, _):
            at_rest(daemon, submit(daemon, [1]), ("waiting",))
            row, = [row for row in daemon.cli.json("provider", "list", "openai")["providers"] if row["troubles"]]
            self.assertEqual([(trouble["kind"], trouble["models"]) for trouble in row["troubles"]], [("key_refused", [])])
            self.assertIn("key refused until ", daemon.cli.run("provider", "list").stdout)
        with two_providers("faults: [{kind: server_error}]") as (daemon, _):
            submit(daemon, range(12))

            def troubled():
                return [row for row in daemon.cli.json("provider", "list", "openai")["providers"] if row["troubles"]]

            wait_until(troubled, "a model that is left alone")
            row, = troubled()
            self.assertEqual([(trouble["kind"], trouble["models"]) for trouble in row["troubles"]], [("left_alone", [CONFIGURED])])
            self.assertIn(f"{CONFIGURED} only failed: left alone until ", daemon.cli.run("provider", "list").stdout)

    def test_what_cannot_be_asked_is_refused_with_what_to_do(self):
        with two_providers() as (daemon, _):
            def refused(code, *words):
                return daemon.cli.run("provider", "use", *words, code=code).stderr

            unknown = refused(2, "opnai")
            for word in ("did you mean 'openai'?", "providers: anthropic, azure_openai, gemini", "routes: best, cheap, either", "model list"):
                self.assertIn(word, unknown)
            self.assertRegex(refused(77, "groq"), "no key for 'groq'.*docwright looked in.*GROQ_API_KEY")
            self.assertIn("retired on 2001-01-01: use 'gpt-4.1'", refused(2, "gone"))
            self.assertIn("unpriced_models: allow", refused(78, "unpriced"))
            self.assertIn("no model: add one", refused(2, "openai_compatible"))
            refused(2)
            refused(2, "openai", "--configured")
            self.assertEqual(daemon.rows("SELECT count(*) FROM default_models"), [(0,)])
            # A provider, an alias, a route of which one target has a key, what needs no key.
            for word, name in (("openai", CONFIGURED), ("ours", "mine"), ("either", "either"), ("offline", "offline")):
                self.assertEqual(daemon.cli.json("provider", "use", word)["name"], name)
            self.assertEqual(asked_by(daemon, 5), "offline")

    def test_a_choice_that_the_configuration_does_not_know_any_more_ends(self):
        with two_providers() as (daemon, _):
            daemon.cli.run("provider", "use", "mine")
            daemon.configure(CONFIG.replace("  mine: {base: gpt-4o, aliases: [ours]}\n", ""))
            daemon.restart()
            self.assertEqual(chosen(daemon), {"name": CONFIGURED, "configured": CONFIGURED})
            self.assertIn("is not in the configuration any more", daemon.log_text())
            self.assertEqual(asked_by(daemon, 6), CONFIGURED)


def asked_by(daemon, number):
    batch = submit(daemon, [number])
    at_rest(daemon, batch)
    model, = asked(daemon, batch)
    return model


if __name__ == "__main__":
    unittest.main()
