"""What docwright knows of models and providers: shown without a daemon, checked without spending, refused before it costs."""
import datetime
import json
import os
import tempfile
import unittest

from support.cli import Cli, Daemon, write
from support.loopback import Handler, Loopback

KEY = "sk-planted-4711"
OWN = """
models:
  gone: {base: gpt-4o, retires: 2001-01-01, replaced_by: gpt-4.1}
  going: {base: gpt-4o, retires: 2999-01-01, replaced_by: gpt-4.1}
  unpriced: {window_tokens: 32000, output_tokens_max: 4000, base_url: "http://127.0.0.1:9"}
"""
PIPELINE = """name: mine
steps:
  - validate
  - chunk
  - call: {model: %s, answer_tokens_max: 2000, user: "{{code}} {{facts}}"}
  - parse
  - store
"""


class ModelList(Loopback):
    """A provider that can list its models, and hears every request."""

    def __init__(self, status, value):
        self.heard = []
        outer = self

        class Answering(Handler):
            def do_GET(self):
                outer.heard.append((self.command, self.path, self.headers["Authorization"]))
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

        super().__init__(Answering)
        self.base_url = self.address + "/v1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Models(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dw-models-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.cli = Cli(self.folder)

    def file(self, name, text):
        write(self.folder, {name: text})
        return os.path.join(self.folder, name)

    def test_show(self):
        shown = self.cli.json("model", "show", "gpt-4o")
        self.assertEqual(shown["prices"]["input"], "2.50 USD")
        self.assertEqual((shown["provider"], shown["window_tokens"], shown["credentials"]), ("openai", 128000, "none"))
        self.assertIn("prices.output", self.cli.run("model", "show", "gpt-4o").stdout)
        self.assertIn("gpt-4o", self.cli.run("model", "show", "gpt-4oo", code=2).stderr)
        self.assertIn("is a route, not a model: name one of its targets, gpt-", self.cli.run("model", "show", "cheap", code=2).stderr)

    def test_providers_without_keys(self):
        listed = self.cli.json("provider", "list")
        self.assertEqual(listed["default_model"], {"name": "gpt-5.4-mini", "configured": "gpt-5.4-mini"})
        self.assertIn("No daemon answers", self.cli.run("provider", "list").stderr)
        self.assertEqual({row["provider"] for row in self.cli.json("provider", "list", "groq")["providers"]}, {"groq"})
        self.cli.run("provider", "list", "opnai", code=4)
        rows = listed["providers"]
        self.assertEqual({row["key"] for row in rows}, {"none"})
        self.assertLessEqual({"openai", "anthropic", "gemini", "groq"}, {row["provider"] for row in rows})
        # Nobody can be asked, so nobody is.
        self.assertEqual({row["state"] for row in self.cli.json("provider", "check")}, {"no_credentials"})
        self.cli.run("provider", "check", "openai", code=1)
        self.cli.run("provider", "check", "opnai", code=4)

    def test_check_asks_for_the_list_alone(self):
        with ModelList(200, {"object": "list", "data": [{"id": "gpt-4o", "object": "model"}]}) as server:
            done = self.cli.run("provider", "check", "openai", "--json", OPENAI_API_KEY=KEY, OPENAI_BASE_URL=server.base_url)
        row, = json.loads(done.stdout)
        self.assertEqual((row["state"], row["listed"]), ("ok", 1))
        self.assertNotIn("gpt-4o", row["missing"])
        self.assertIn("gpt-4o-mini", row["missing"])
        self.assertEqual(server.heard, [("GET", "/v1/models", "Bearer " + KEY)])
        self.assertNotIn(KEY, done.stdout + done.stderr)

    def test_check_says_a_refused_key(self):
        refusal = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}
        with ModelList(401, refusal) as server:
            done = self.cli.run("provider", "check", "openai", "--json", code=1, OPENAI_API_KEY=KEY,
                                OPENAI_BASE_URL=server.base_url)
        self.assertEqual(json.loads(done.stdout)[0]["state"], "auth")
        self.assertNotIn(KEY, done.stdout + done.stderr)

    def test_lint_knows_what_cannot_be_asked(self):
        config = self.file("docwright.yaml", OWN)
        gone = self.cli.run("pipeline", "lint", "--config", config, self.file("gone.yaml", PIPELINE % "gone"), code=78)
        self.assertIn("retired on 2001-01-01: use 'gpt-4.1'", gone.stdout)
        going = self.cli.run("pipeline", "lint", "--config", config, self.file("going.yaml", PIPELINE % "going"))
        self.assertIn("retires on 2999-01-01: use 'gpt-4.1'", going.stderr)
        pipeline = self.file("unpriced.yaml", PIPELINE % "unpriced")
        self.assertIn("unpriced_models: allow", self.cli.run("pipeline", "lint", "--config", config, pipeline, code=78).stdout)
        config = self.file("allowed.yaml", OWN + "unpriced_models: allow\n")
        self.cli.run("pipeline", "lint", "--config", config, pipeline)

    def test_submit_refuses_what_cannot_be_asked(self):
        daemon = Daemon(OWN).start()
        self.addCleanup(daemon.close)
        cli = Cli(self.folder, daemon.state)
        source = self.file("a.py", "def f(x):\n    return x\n")
        self.assertIn("use 'gpt-4.1'", cli.run("submit", source, "--model", "gone", code=2).stderr)
        self.assertIn("unpriced_models: allow", cli.run("submit", source, "--model", "unpriced", code=78).stderr)
        self.assertNotIn("retires", cli.run("submit", source, "--model", "going").stderr, "that is far away")

    def test_what_retires_soon_is_said_to_whoever_asks_it(self):
        day = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=20)).strftime("%Y-%m-%d")
        daemon = Daemon(OWN + f"  soon: {{base: gpt-4o, retires: {day}, replaced_by: gpt-4.1}}\nroutes: {{pair: {{order: price, targets: [gpt-4.1, soon]}}}}\n").start()
        self.addCleanup(daemon.close)
        cli = Cli(self.folder, daemon.state)
        source = self.file("a.py", "def f(x):\n    return x\n")
        warning = f"the model 'soon' retires on {day}: use 'gpt-4.1'"
        for model in ("soon", "pair"):
            accepted = cli.run("submit", source, "--model", model)
            self.assertIn(warning, accepted.stderr)
            self.assertNotIn("retires", accepted.stdout)
        self.assertEqual(json.loads(cli.run("submit", source, "--model", "soon", "--json").stdout)["warnings"], [warning])
        self.assertEqual(json.loads(cli.run("submit", source, "--model", "gpt-4.1", "--json").stdout)["warnings"], [])

        models = {model["name"]: model for model in cli.json("model", "list")}
        self.assertEqual((models["soon"]["retires"][:10], models["soon"]["replaced_by"], models["soon"]["routes"]), (day, "gpt-4.1", ["pair"]))
        self.assertEqual([name for name, model in models.items() if model["default"]], ["gpt-5.4-mini"])
        listed = cli.run("model", "list")
        self.assertIn(f"{day}, use gpt-4.1", listed.stdout)
        self.assertRegex(listed.stdout, r"(?m)^pair +price +gpt-4.1, soon$")
        self.assertIn("retired 2001-01-01, use gpt-4.1", listed.stdout)
        self.assertIn(warning, listed.stderr)
        self.assertIn("The default model is gpt-5.4-mini.", listed.stderr)
        self.assertNotIn("gone", listed.stderr, "what has retired is no news")


if __name__ == "__main__":
    unittest.main(verbosity=2)
