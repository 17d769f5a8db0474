"""No secret leaves: keys are looked for wherever docwright writes or says something, after everything that can go wrong has.

Every provider is played by servers that repeat each key wherever they can, plain and streamed; each has several keys, from the
environment, from files and from systemd's credentials.
"""
import json
import os
import random
import resource
import signal
import subprocess
import tempfile
import unittest

import zmq
from support.cli import PROGRAM
from support.client import Events
from support.daemon import PATIENCE, Daemon, wait_until
from support.echo import KINDS, EchoServer
from support.silence import Silence
from support.world import AT_REST, World, source

KEYS = 3  # of each provider: one from the environment, one from a file, one from a credential
PROVIDERS = {"openai": "/v1", "azure_openai": "", "anthropic": "/anthropic/v1", "gemini": "/gemini/v1beta", "groq": "/groq/openai/v1",
             "openai_compatible": "/own/v1"}
PROVIDER = """
  {name}:
    base_url: "{url}"
    key: {{env: {variable}}}
    keys: [{{file: {file}}}, {{credential: {name}}}]
"""
MODEL = """
  {name}: {{provider: {provider}, api_name: {provider}-{kind}, window_tokens: 100000, output_tokens_max: 4000, streaming: {streaming},
    prices: {{input: 1USD, output: 2USD}}}}
"""


def document(key):
    """What a right answer says: valid, and loud."""
    return json.dumps({"documents": [{
        "symbol": "scale_000", "summary": f"Multiplies as {key} does.", "description": f"Asked with {key}, {key} and {key}.",
        "parameters": [{"name": "value", "description": f"As {key}."}, {"name": "factor", "description": "By how much."}],
        "returns": f"The product, {key}.", "yields": "", "raises": []}]})


def kinds_of(streaming):
    """401 comes last: a key that it has refused is not used any more."""
    return [kind for kind in KINDS if streaming == "never" or kind in ("good", "escaped", "frame", "garbage", "cut")] + ["401"]


class Texts:
    """What those hear who listen to texts as they are written: in pieces, which are put together again."""

    def __init__(self, endpoint):
        self.events = Events(endpoint, "text.")
        self.whole = {}

    def drain(self):
        while self.events.socket.poll(500, zmq.POLLIN):
            topic, event = self.events.next()
            told = event["event"]
            name = (topic, *(told[part] for part in ("chunk", "step", "question", "sample", "attempt")))
            self.whole[name] = self.whole.get(name, "")[:told["begin"]] + told["text"]
        return self.whole


class Promise9NoSecretLeaves(unittest.TestCase):
    def setUp(self):
        seed = random.SystemRandom().randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        self.keys = {provider: [f"planted.{provider}.{chance.getrandbits(96):024x}" for _ in range(KEYS)] for provider in PROVIDERS}
        self.server = EchoServer(document)
        self.addCleanup(self.server.close)
        self.secrets = tempfile.TemporaryDirectory(prefix="dw-secrets-")
        self.addCleanup(self.secrets.cleanup)
        self.silence = Silence(self, [key for keys in self.keys.values() for key in keys])

    def world(self):
        lines, environment = ["providers:"], {"CREDENTIALS_DIRECTORY": os.path.join(self.secrets.name, "credentials")}
        os.mkdir(environment["CREDENTIALS_DIRECTORY"])
        for provider, path in PROVIDERS.items():
            by_environment, by_file, by_credential = self.keys[provider]
            variable = f"PLANTED_{provider.upper()}"
            environment[variable] = by_environment
            file = os.path.join(self.secrets.name, provider)
            for place, key in ((file, by_file), (os.path.join(environment["CREDENTIALS_DIRECTORY"], provider), by_credential)):
                with open(place, "w", encoding="utf-8") as secret:
                    secret.write(key + "\n")
            lines.append(PROVIDER.format(name=provider, url=self.server.address + path, variable=variable, file=file))
        lines.append("models:")
        for provider in PROVIDERS:
            for streaming in ("never", "always"):
                lines += [MODEL.format(name=f"{streaming}/{provider}-{kind}", provider=provider, kind=kind, streaming=streaming)
                          for kind in kinds_of(streaming)]
        world = World(call="retries: 1", config="log: {level: debug}\n" + "\n".join(lines), **environment)
        world.cli.environment.update(environment)
        return world

    def ask(self, world, models):
        """Jobs of all of them at once; at rest."""
        jobs = [({"path": f"m{number:03}.py", "model": model, "fresh": True}, source(0)) for number, model in enumerate(models)]
        batch = world.client.submit(jobs, project="secrets")["batch"]
        wait_until(lambda: all(job["state"] in AT_REST for job in world.jobs(batch)), "jobs that have ended or are parked", 120)
        return world.jobs(batch)

    def test_litellm_8075_not_in_an_address_nor_in_anything_that_is_kept_written_or_said(self):
        with self.world() as world:
            events, texts = Events(world.daemon.endpoint("events")), Texts(world.daemon.endpoint("events"))
            world.client.ask("ping")
            loud = [f"{streaming}/{provider}-{kind}" for streaming in ("never", "always") for provider in PROVIDERS
                    for kind in kinds_of(streaming) if kind != "401"]
            jobs = self.ask(world, loud)
            refused = self.ask(world, [f"{streaming}/{provider}-401" for streaming in ("never", "always") for provider in PROVIDERS])

            states = {job["model"]: job["state"] for job in jobs + refused}
            for model, state in states.items():
                good = model.endswith(("-good", "-escaped"))
                self.assertEqual(state == "succeeded", good, (model, state))
            for provider, keys in self.keys.items():
                heard = {key for (asked, _), some in self.server.heard.items() if asked == provider for key in some}
                self.assertEqual(heard, set(keys), "each key was used, and went where it belongs")
                self.assertLessEqual(set(KINDS), {kind for asked, kind in self.server.heard if asked == provider})

            jobs = self.silence.replies(world.client)
            models = [f"{streaming}/{provider}-good" for streaming in ("never", "always") for provider in PROVIDERS]
            self.silence.command_line(world.cli, jobs, source(0), models, PROVIDERS)
            self.assertTrue(self.server.heard["list", "models"], "provider check has asked")
            for address in self.server.addresses:
                self.silence.check("the address", address)
            self.silence.files(world.daemon.state)
            self.assertGreater(self.silence.tables(world.daemon), 1000)
            self.silence.processes(world.daemon)
            for topic, event in events.until(lambda _, event, last=world.client.ask("ping")["seq"]: event["seq"] >= last):
                self.silence.check(topic, json.dumps(event))
            told = texts.drain()
            self.assertGreater(len(told), 2 * len(PROVIDERS))
            for name, text in told.items():
                self.silence.check(f"text {name}", text)
            ids = {key for key, in world.daemon.rows("SELECT DISTINCT key_id FROM call_journal")}
            self.assertLessEqual(KEYS * len(PROVIDERS), len(ids), "each key has an id of its own")


class Promise9NotInACoreDump(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="dw-core-")
        self.addCleanup(self.folder.cleanup)
        sleeper = subprocess.Popen(["sleep", "1000"], preexec_fn=self.dumps_allowed)
        if not self.dumps(sleeper):
            self.skipTest("this machine writes no core dumps at all")

    def dumps_allowed(self):
        os.chdir(self.folder.name)
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def dumps(self, process):
        """Ends it as a crash would; whether it has left its memory behind."""
        process.send_signal(signal.SIGQUIT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -signal.SIGQUIT
        self.assertTrue(os.WIFSIGNALED(status))
        return os.WCOREDUMP(status)

    def test_of_the_daemon(self):
        with Daemon(environment={"OPENAI_API_KEY": "planted"}, preexec=self.dumps_allowed) as daemon:
            self.assertFalse(self.dumps(daemon.process))

    def test_of_the_command_line(self):
        with subprocess.Popen([PROGRAM, "simulator"], stdout=subprocess.PIPE, preexec_fn=self.dumps_allowed) as process:
            process.stdout.readline()
            self.assertFalse(self.dumps(process))

    def test_of_anything_that_the_unit_starts(self):
        with open(os.path.join(os.environ.get("DOCWRIGHT_SOURCE_DIR", "."), "systemd", "docwrightd.service"), encoding="utf-8") as unit:
            self.assertIn("\nLimitCORE=0\n", unit.read())


class Promise9AKeyInTheWrongPlaceIsNotRepeated(unittest.TestCase):
    KEY = "planted.4f1d8a6b2c4f1d8a6b2c"

    def refused(self, config, words):
        daemon = Daemon(config=config)
        self.addCleanup(daemon.close)
        daemon.start(wait=False)
        self.assertEqual(daemon.process.wait(PATIENCE), 78)
        self.assertIn(words, daemon.log_text())
        self.assertNotIn(self.KEY, daemon.log_text())

    def test_in_the_configuration(self):
        self.refused(f"providers: {{openai: {{key: {self.KEY}}}}}\n", "a secret does not stand in the configuration itself")

    def test_in_a_header(self):
        self.refused(f"providers: {{openai: {{headers: {{Authorization: Bearer {self.KEY}}}}}}}\n", "looks like a secret")

    def test_in_a_models_address(self):
        model = "models: {{mine: {{base_url: '{}', window_tokens: 9, output_tokens_max: 9}}}}\n"
        self.refused(model.format(f"https://{self.KEY}@host/v1"), "holds a user name")
        self.refused(model.format(f"https://host/v1?key={self.KEY}"), "holds a query")

    def test_in_a_providers_address_or_a_proxys(self):
        """They are refused when they are used; until then they are shown."""
        for address in (f"https://{self.KEY}@127.0.0.1:9/v1", f"https://me:{self.KEY}@127.0.0.1:9/v1", f"https://127.0.0.1:9/v1?key={self.KEY}"):
            config = f"log: {{level: debug}}\nproviders: {{openai: {{base_url: '{address}'}}}}\nhttp: {{proxy: '{address}'}}\n"
            with self.subTest(address), World(config=config) as world:
                world.job(0, model="gpt-4.1")
                silence = Silence(self, [self.KEY])
                for words in (("config", "show", "--origin"), ("config", "show"), ("provider", "list"), ("provider", "check")):
                    done = world.cli.run(*words, code=None)
                    silence.check(words, done.stdout + done.stderr)
                silence.check("log", world.daemon.log_text())
                silence.tables(world.daemon)


if __name__ == "__main__":
    unittest.main()
