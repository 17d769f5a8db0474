"""No secret leaves: keys are looked for wherever docwright writes or says something, after everything that can go wrong has.

One key comes from the environment and goes to the simulator with its faults; another one comes from a file and goes to a server that
says it aloud in each of its errors.
"""
import json
import os
import resource
import signal
import subprocess
import unittest

from support.client import Events
from support.daemon import Daemon
from support.server import Server
from support.world import World

ENVIRONMENT_KEY = "sk-environment-4f1d8a6b2c"
FILE_KEY = "lab.93e7c05d1a"
CONFIG = """log: {{level: debug}}
providers:
  openai:
    key: {{env: SOME_KEY}}
models:
  loud-401: {{base_url: "{url}", key: {{file: {file}}}, window_tokens: 100000, output_tokens_max: 4000, prices: {{input: 0USD, output: 0USD}}}}
  loud-400: {{base_url: "{url}", key: {{file: {file}}}, window_tokens: 100000, output_tokens_max: 4000, prices: {{input: 0USD, output: 0USD}}}}
  loud-500: {{base_url: "{url}", key: {{file: {file}}}, window_tokens: 100000, output_tokens_max: 4000, prices: {{input: 0USD, output: 0USD}}}}
"""


def repeats_the_key(headers, asked):
    """Refuses with the status that the model is named for, and puts the key wherever a server could."""
    said = headers["Authorization"]
    error = {"message": f"Nobody here knows {said.split()[-1]}.", "type": said, "code": said, "param": said}
    return int(asked["model"].rpartition("-")[2]), {"x-request-id": said}, {"error": error}


class Promise9NoSecretLeaves(unittest.TestCase):
    def setUp(self):
        self.loud = Server(repeats_the_key)
        self.addCleanup(self.loud.close)

    def world(self, *words):
        world = World(*words, call="retries: 1", SOME_KEY=ENVIRONMENT_KEY, OPENAI_API_KEY=ENVIRONMENT_KEY + "-too")
        file = os.path.join(world.home.name, "key")
        with open(file, "w", encoding="utf-8") as key:
            key.write(FILE_KEY + "\n")
        with open(world.daemon.config, "a", encoding="utf-8") as config:
            config.write(CONFIG.format(url=self.loud.base_url, file=file))
        world.cli.environment.update(SOME_KEY=ENVIRONMENT_KEY, OPENAI_API_KEY=ENVIRONMENT_KEY + "-too")
        return world

    def assert_silent(self, what, text):
        text = text if isinstance(text, bytes) else text.encode()
        for key in (ENVIRONMENT_KEY, FILE_KEY):
            self.assertFalse(key.encode() in text, f"{what} holds {key}")  # without the text, which may be megabytes

    def test_not_in_the_database_nor_the_log_nor_an_answer_nor_an_event_nor_argv(self):
        faults = [word for fault in ("server_error:every 3", "cut_before:every 4", "wrong_names:every 5") for word in ("--fault", fault)]
        with self.world(*faults) as world:
            events = Events(world.daemon.endpoint("events"))
            world.client.ask("ping")
            for number in range(6):
                world.job(number)
            # The key is refused last: after that it is not used.
            for number, model in enumerate(("loud-400", "loud-500", "loud-401"), start=6):
                self.assertNotEqual(world.job(number, model=model)["state"], "succeeded")
            sent = [headers["Authorization"] for headers, _ in self.loud.heard]
            self.assertEqual(sent, [f"Bearer {FILE_KEY}"] * 4, "the key went where it belongs: once each, and the retry of the 500")

            for name in sorted(os.listdir(world.daemon.state)):
                path = os.path.join(world.daemon.state, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.assert_silent(name, file.read())
            self.check_tables(world.daemon)
            self.check_answers(world)
            self.check_processes(world.daemon)
            self.check_events(events, world.client.ask("ping")["seq"])

    def check_tables(self, daemon):
        """Every cell of every table and view; the ids of keys are there, and say nothing of the keys."""
        names = [name for name, in daemon.rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")]
        self.assertIn("call_journal", names)
        for name in names:
            for row in daemon.rows(f"SELECT * FROM {name}"):
                for cell in row:
                    self.assert_silent(name, cell if isinstance(cell, bytes) else str(cell))
        ids = {key for key, in daemon.rows("SELECT DISTINCT key_id FROM call_journal WHERE provider = 'openai'")}
        for key in (ENVIRONMENT_KEY, FILE_KEY):
            self.assertFalse([one for one in ids if one and (one in key or key[-6:] in one)], "a key's id is no part of it")

    def check_answers(self, world):
        for verb in (("list", "--all"), ("stats",), ("model", "list"), ("config", "show", "--origin"), ("config", "show"), ("pipeline", "list"),
                     *(("report", name) for name in ("usage", "calls", "errors", "latency", "jobs", "providers", "waste", "checks", "rejects")),
                     ("cache", "show"), *(("trace", job["id"]) for job in world.client.ask("list", limit=1000)["jobs"])):
            for form in ("json", "table"):
                done = world.cli.run(*verb, "-o", form)
                self.assert_silent(verb, done.stdout + done.stderr)
        self.assertIn("SOME_KEY", world.cli.run("config", "show", "--origin").stdout, "the reference is shown")
        self.assert_silent("list", json.dumps(world.client.ask("list", limit=1000)))

    def check_events(self, events, last):
        """Everything that subscribers were told."""
        for topic, event in events.until(lambda _, event: event["seq"] >= last):
            self.assert_silent(topic, json.dumps(event))
        events.close()

    def check_processes(self, daemon):
        """argv of the daemon and its children; the children's environment as well."""
        pids = subprocess.run(["ps", "-o", "pid=", "--ppid", str(daemon.process.pid)], capture_output=True, text=True, check=True).stdout.split()
        self.assertTrue(pids, "the parser's child")
        for pid in (daemon.process.pid, *pids):
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                self.assert_silent("argv", file.read())
        for pid in pids:
            with open(f"/proc/{pid}/environ", "rb") as file:
                self.assertEqual(file.read(), b"")

    def test_not_in_a_core_dump(self):
        def dumps_allowed():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        with Daemon(environment={"OPENAI_API_KEY": ENVIRONMENT_KEY}, preexec=dumps_allowed) as daemon:
            daemon.process.send_signal(signal.SIGQUIT)
            _, status = os.waitpid(daemon.process.pid, 0)
            daemon.process.returncode = -signal.SIGQUIT
            self.assertTrue(os.WIFSIGNALED(status))
            self.assertFalse(os.WCOREDUMP(status))

    def test_a_key_in_the_wrong_place_is_not_repeated(self):
        daemon = Daemon(config=f"providers: {{openai: {{key: {ENVIRONMENT_KEY}}}}}\n")
        self.addCleanup(daemon.close)
        daemon.start(wait=False)
        self.assertEqual(daemon.process.wait(), 78)
        self.assertIn("a secret does not stand in the configuration itself", daemon.log_text())
        self.assert_silent("log", daemon.log_text())


if __name__ == "__main__":
    unittest.main()
