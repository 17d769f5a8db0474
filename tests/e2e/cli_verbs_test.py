"""Every verb of docwright once, against a real daemon: what it prints, and its exit code."""
import csv
import io
import json
import os
import tempfile
import unittest

from support.cli import Cli, Daemon, write

SOURCES = {
    "shop/src/area.py": 'def area(width, height):\n    if width < 0:\n        raise ValueError("width")\n    return width * height\n',
    "shop/src/shape.py": 'class Shape:\n    """A shape."""\n\n    def name(self) -> str:\n        return "shape"\n',
    "shop/include/shape.h": "#pragma once\nint area(int width, int height);\n",
    "shop/README.md": "# Shop\n",
    "shop/logo.py": b"\x00\x01\x02",
    "shop/empty.py": "",
    "shop/.hidden/secret.py": "x = 1\n",
}


class Verbs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="dw-cli-")
        write(cls.folder.name, SOURCES)
        cls.shop = os.path.join(cls.folder.name, "shop")
        cls.daemon = Daemon().start()
        cls.cli = Cli(cls.folder.name, cls.daemon.state)
        submitted = cls.cli.run("submit", cls.shop, "--model", "offline", "--label", "pr=71", "--wait")
        cls.batch = submitted.stdout.strip()
        cls.words = submitted.stderr

    @classmethod
    def tearDownClass(cls):
        cls.daemon.close()
        cls.folder.cleanup()

    # --- submit

    def test_submit_prints_the_batch_alone_and_says_what_it_skipped(self):
        self.assertRegex(self.batch, r"^[0-9a-f-]{36}$")
        self.assertIn("3 jobs of project shop accepted. 4 skipped: 1 binary, 1 empty, 1 hidden folder, 1 no programming language",
                      self.words)

    def test_paths_are_relative_to_the_folder(self):
        jobs = self.cli.json("list", "--batch", self.batch)
        self.assertEqual({job["path"] for job in jobs}, {"src/area.py", "src/shape.py", "include/shape.h"})
        self.assertEqual({job["labels"]["pr"] for job in jobs}, {"71"})

    def test_submit_takes_one_source_from_the_input(self):
        done = self.cli.run("submit", "-", "--name", "piped.py", "--project", "pipes", "--model", "offline", "--wait",
                            input=b"def piped():\n    pass\n")
        jobs = self.cli.json("list", "--batch", done.stdout.strip())
        self.assertEqual([(job["path"], job["project"], job["state"]) for job in jobs], [("piped.py", "pipes", "succeeded")])

    def test_submit_takes_paths_from_the_input(self):
        # As of `git diff --name-only`, which names deleted files, too.
        listed = "\n".join(os.path.join(self.shop, path) for path in ("src/area.py", "src/deleted.py", "src/shape.py")).encode()
        receipt = json.loads(self.cli.run("submit", "--files-from", "-", "--model", "offline", "--json", input=listed).stdout)
        self.assertEqual([job["path"] for job in receipt["jobs"]], ["area.py", "shape.py"])

    def test_a_key_gives_the_same_jobs_again(self):
        arguments = ("submit", os.path.join(self.shop, "src"), "--model", "offline", "--key", "same", "--json")
        first, second = self.cli.json(*arguments[:-1]), self.cli.json(*arguments[:-1])
        self.assertEqual([job["id"] for job in first["jobs"]], [job["id"] for job in second["jobs"]])
        self.assertTrue(all(job["duplicate"] for job in second["jobs"]))
        self.cli.run(*arguments[:-1], "--wait")
        self.cli.run(*arguments[:-1], "--priority", "5", "--param", "temperature=0", code=77)

    def test_dry_run_needs_no_daemon_and_sends_nothing(self):
        done = Cli(self.folder.name).run("submit", self.shop, "--dry-run", "-o", "csv")
        self.assertEqual([row["path"] for row in csv.DictReader(io.StringIO(done.stdout))],
                         ["include/shape.h", "src/area.py", "src/shape.py"])

    def test_many_files_are_one_batch(self):
        folder = os.path.join(self.folder.name, "many")
        write(folder, {f"m{i:03}.py": f"def f{i}():\n    return {i}\n" for i in range(450)})
        batch = self.cli.run("submit", folder, "--model", "offline", "--wait").stdout.strip()
        summary = self.cli.json("status", batch, "--summary")
        self.assertEqual((summary["jobs"], summary["states"]["succeeded"]), (450, 450))

    # --- looking

    def test_status(self):
        status = self.cli.json("status", self.batch)
        self.assertTrue(status["done"])
        self.assertEqual(status["summary"]["states"]["succeeded"], 3)
        self.assertEqual(len(status["jobs"]), 3)
        text = self.cli.run("status", self.batch).stdout
        self.assertRegex(text, r"succeeded +3\n")
        job = status["jobs"][0]["id"]
        self.assertEqual(self.cli.json("status", job)["jobs"][0]["id"], job)

    def test_unique_prefixes_are_ids(self):
        self.assertEqual(self.cli.json("status", self.batch[:30])["summary"]["jobs"], 3)
        self.assertIn("too short", self.cli.run("status", self.batch[:4], code=2).stderr)

    def test_last_is_the_latest_batch(self):
        batch = self.cli.run("submit", os.path.join(self.shop, "src"), "--model", "offline").stdout.strip()
        self.cli.run("wait")
        self.assertEqual(self.cli.json("status")["jobs"][0]["batch"], batch)
        self.assertEqual(self.cli.json("list", "--batch", "@last")[0]["batch"], batch)

    def test_list_in_every_format(self):
        jobs = self.cli.json("list", "--batch", self.batch)
        lines = [json.loads(line) for line in self.cli.run("list", "--batch", self.batch, "-o", "jsonl").stdout.splitlines()]
        self.assertEqual(jobs, lines)
        rows = list(csv.DictReader(io.StringIO(self.cli.run("list", "--batch", self.batch, "-o", "csv").stdout)))
        self.assertEqual([row["id"] for row in rows], [job["id"] for job in jobs])
        table = self.cli.run("list", "--batch", self.batch).stdout.splitlines()
        self.assertEqual(len(table), 4)
        self.assertTrue(table[0].startswith("JOB "))
        self.assertEqual(self.cli.json("list", "--batch", self.batch, "--state", "failed"), [])
        self.assertEqual(len(self.cli.json("list", "--batch", self.batch, "--path", "src/")), 2)

    def test_result_is_markdown_unless_data_is_asked_for(self):
        text = self.cli.run("result", self.batch, "--path", "src/area.py", "--symbol", "area").stdout
        for part in ("# src/area.py\n", "## function `area`", "```python\ndef area(width, height)", "`ValueError`", "no model was asked"):
            self.assertIn(part, text)
        documents = self.cli.json("result", self.batch)
        self.assertLessEqual({"area", "Shape", "Shape.name"}, {document["symbol"] for document in documents})
        self.assertTrue(self.cli.run("result", self.batch, "-o", "table").stdout.startswith("PATH "))
        self.assertIn("No document is flagged", self.cli.run("result", self.batch, "--flagged").stderr)
        self.assertTrue(self.cli.json("result", "--project", "shop", "--path", "src/shape.py"))

    def test_export_mirrors_the_sources(self):
        for kind, suffix in (("markdown", ".md"), ("json", ".json"), ("jsonl", ".jsonl")):
            folder = os.path.join(self.folder.name, "out-" + kind)
            done = self.cli.run("export", "shop", "--format", kind, "-o", folder)
            self.assertEqual(done.stdout, "")
            with open(os.path.join(folder, "src", "area.py" + suffix), encoding="utf-8") as file:
                text = file.read()
            if kind == "json":
                self.assertIn("area", [record["subject"]["symbol"] for record in json.loads(text)])
        summary = json.loads(self.cli.run("--json", "export", self.batch, "-o", folder).stdout)
        self.assertEqual((summary["files"], summary["refused"]), (3, 0))

    def test_export_never_leaves_its_folder(self):
        client = self.daemon.client()
        submitted = client.submit([({"path": "../../outside.py", "model": "offline"}, b"def f():\n    pass\n")], project="hostile")
        client.ask("wait", batch=submitted["batch"], timeout="30s")
        client.close()
        folder = os.path.join(self.folder.name, "deep", "er", "out")
        refused = self.cli.run("export", "--project", "hostile", "-o", folder, code=1)
        self.assertIn("'../../outside.py' is not exported", refused.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "deep", "outside.py.md")))

    def test_stats_and_ping(self):
        self.assertGreaterEqual(self.cli.json("stats")["states"]["succeeded"], 3)
        self.assertIn("jobs succeeded", self.cli.run("stats").stdout)
        self.assertEqual(self.cli.json("ping")["database"], os.path.join(self.daemon.state, "docwright.db"))

    def test_lists_of_pipelines_and_models(self):
        self.assertIn("docstrings", [pipeline["name"] for pipeline in self.cli.json("pipeline", "list")])
        self.assertIn("offline", [model["name"] for model in self.cli.json("model", "list")])

    # --- course of jobs

    def test_wait_and_watch(self):
        self.cli.run("wait", self.batch)
        self.assertEqual(self.cli.json("wait", self.batch)["jobs"], 3)
        watched = self.cli.run("watch", self.batch)
        self.assertEqual(watched.stdout, "")
        self.assertIn("jobs 3/3", watched.stderr)

    def test_pause_cancel_retry_resume(self):
        self.assertEqual(self.cli.json("pause", "--reason", "test")["paused"][0]["reason"], "test")
        try:
            batch = self.cli.run("submit", os.path.join(self.shop, "src"), "--model", "offline", "--fresh").stdout.strip()
            self.assertIn("jobs have ended in", self.cli.run("wait", batch, "--timeout", "300ms", code=124).stderr)
            self.assertIn("--yes", self.cli.run("cancel", batch, code=77).stderr)
            self.assertIn("2 jobs cancelled", self.cli.run("cancel", batch, "--yes").stderr)
            self.assertIn("0 jobs queued", self.cli.run("retry", batch, "--failed").stderr)
            self.assertIn("2 jobs queued", self.cli.run("retry", batch).stderr)
        finally:
            self.assertIn("Nothing is paused", self.cli.run("resume").stderr)
        self.cli.run("wait", batch)

    def test_cancel_all(self):
        self.cli.run("pause")
        try:
            self.cli.run("submit", os.path.join(self.shop, "src"), "--model", "offline", "--fresh")
            self.assertIn("Name batches or jobs, or say --all", self.cli.run("cancel", "--yes", code=2).stderr)
            self.assertIn("--yes", self.cli.run("cancel", "--all", code=77).stderr)
            cancelled = self.cli.json("cancel", "--all", "--yes")
            self.assertEqual({job["state"] for job in cancelled}, {"cancelled"})
            self.assertGreaterEqual(len(cancelled), 2)
            self.assertIn("0 jobs cancelled", self.cli.run("cancel", "--all", "--now", "--yes").stderr)
        finally:
            self.cli.run("resume")

    def test_trace_shows_a_job_as_a_waterfall(self):
        job = self.cli.json("list", "--batch", self.batch, "--path", "src/area.py")[0]["id"]
        rows = self.cli.json("trace", job)
        self.assertEqual([row["what"] for row in rows], ["wait", "run", "call", "stored"])
        wait, run, call, stored = rows
        self.assertEqual((wait["name"], run["outcome"], call["name"], call["chunk"], stored["chunk"]), ("queue", "succeeded", "call", 0, 0))
        self.assertEqual((call["provider"], call["model"], call["outcome"], call["cost_usd"]), ("offline", "offline", "answered", 0))
        self.assertLessEqual(wait["begin_seconds"] + wait["seconds"], call["begin_seconds"])
        table = self.cli.run("trace", job[:23]).stdout
        for part in ("AFTER", "wait queue", "run attempt 1", " call, chunk 0", "offline/offline", "answered", "#", "*"):
            self.assertIn(part, table)
        self.assertIn("job,what,name", self.cli.run("trace", job, "-o", "csv").stdout)
        self.assertNotIn("call call", table)
        self.cli.run("trace", "00000000-0000", code=4)
        self.assertIn("is a batch of", self.cli.run("trace", self.batch, code=2).stderr)

    def test_submit_sends_a_pipeline_of_its_own_along(self):
        folder = os.path.join(self.folder.name, "own")
        write(folder, {
            "p.yaml": "name: mine\nsteps:\n  - validate\n  - chunk\n  - call: {prompt: words, model: offline}\n  - parse\n  - store\n",
            "prompts/words.yaml": "description: Own words.\nuser: \"Document {{code}}\"\n",
            "broken.yaml": "name: mine\nsteps:\n  - validate\n  - chunk: {limit_tokenz: 5}\n  - call: {prompt: docstrings}\n  - parse\n  - store\n",
            "clash.yaml": "name: docstrings\nsteps:\n  - validate\n  - chunk\n  - call: {prompt: docstrings}\n  - parse\n  - store\n"})
        source = os.path.join(self.shop, "src", "area.py")
        batch = self.cli.run("submit", source, "--pipeline", "./p.yaml", "--wait", cwd=folder).stdout.strip()
        jobs = self.cli.json("list", "--batch", batch)
        self.assertEqual([(job["pipeline"], job["state"]) for job in jobs], [("mine", "succeeded")])
        texts = self.daemon.rows("SELECT body FROM texts JOIN pipeline_versions USING (text) WHERE name = 'mine'")
        self.assertEqual(len(texts), 1)
        self.assertIn("Own words.", texts[0][0])
        self.cli.run("submit", source, "--pipeline", "./p.yaml", "--wait", "--force", cwd=folder)
        self.assertEqual(self.daemon.rows("SELECT count(*) FROM pipeline_versions WHERE name = 'mine'"), [(1,)])
        wrong = self.cli.run("submit", source, "--pipeline", "./broken.yaml", cwd=folder, code=78).stderr
        self.assertIn("./broken.yaml:4:13", wrong)
        self.assertIn("did you mean 'limit_tokens'", wrong)
        self.assertIn("another name", self.cli.run("submit", source, "--pipeline", "./clash.yaml", cwd=folder, code=78).stderr)
        self.cli.run("submit", source, "--pipeline", "./absent.yaml", cwd=folder, code=2)
        self.assertIn("unknown pipeline", self.cli.run("submit", source, "--pipeline", "mine", code=2).stderr)

    def test_pipeline_try_asks_nobody(self):
        source = os.path.join(self.shop, "src", "area.py")
        parts = self.cli.json("pipeline", "try", "docstrings", source, "--model", "gpt-5.4-mini")
        self.assertEqual([(part["targets"], part["step"], part["provider"]) for part in parts], [(["area"], "call", "openai")])
        self.assertIn("def area(width, height)", parts[0]["messages"][-1]["text"])
        self.assertGreater(parts[0]["prompt_tokens_max"], 100)
        self.assertGreater(parts[0]["cost_max"], 1_000_000)
        route, = self.cli.json("pipeline", "try", "docstrings", source, "--model", "cheap")
        self.assertLessEqual(route["cost_max"], min(other["cost_max"] for other in route["then"]))
        self.assertIn("is a folder", self.cli.run("pipeline", "try", "docstrings", self.shop, code=2).stderr)
        self.assertIn("properties", parts[0]["schema"])
        tried = self.cli.run("pipeline", "try", "docstrings", source)
        self.assertIn("1 question, at most 0.0", tried.stderr)
        shown = tried.stdout
        for part in ("chunk 0: bytes 0 to", "prompt up to", "--- user", "--- schema"):
            self.assertIn(part, shown)
        answer = os.path.join(self.folder.name, "answer.json")
        write(self.folder.name, {"answer.json": json.dumps({"documents": [{
            "symbol": "area", "summary": "Computes an area.", "description": "", "returns": "The product.",
            "parameters": [{"name": "width", "description": "One side."}, {"name": "depth", "description": "No such thing."}],
            "raises": [{"type": "ValueError", "when": "width is negative."}]}]})})
        document, = self.cli.json("pipeline", "try", "docstrings", source, "--answer", answer)
        self.assertEqual((document["symbol"], document["doc"]["summary"]), ("area", "Computes an area."))
        self.assertTrue(document["findings"])
        write(self.folder.name, {"answer.json": "I would rather not."})
        self.assertIn("could not be used", self.cli.run("pipeline", "try", "docstrings", source, "--answer", answer, code=1).stderr)
        self.cli.run("pipeline", "try", "docstrngs", source, code=2)
        self.assertEqual(self.cli.json("pipeline", "try", "docstrings", source, "--model", "gpt-5.4-mini", "--chunk", "0"), parts)
        self.assertIn("has 1 chunk,", self.cli.run("pipeline", "try", "docstrings", source, "--chunk", "1", code=2).stderr)
        write(self.folder.name, {
            "long.py": "".join(f"def f{i}(a):\n" + "    a = a + 1\n" * 40 + "    return a\n\n" for i in range(4)),
            "small.yaml": "models:\n  small: {provider: openai, window_tokens: 4200, output_tokens_max: 1000, prices: {input: 1USD, output: 2USD}}\n",
            "halves.yaml": "name: halves\nsteps:\n  - validate\n  - chunk: {targets_max: 2}\n"
                           "  - call: {model: small, user: '{{code}}', answer_tokens_max: 600}\n  - parse\n  - store\n"})
        halves = ["pipeline", "try", *(os.path.join(self.folder.name, name) for name in ("halves.yaml", "long.py")),
                  "--config", os.path.join(self.folder.name, "small.yaml")]
        chunks = self.cli.json(*halves)
        self.assertEqual([(chunk["chunk"], chunk["targets"]) for chunk in chunks],
                         [(0, ["f0"]), (2, ["f1"]), (1, ["f2"]), (3, ["f3"])])  # divided, in the order of the source
        for chunk in chunks:
            self.assertEqual(self.cli.json(*halves, "--chunk", str(chunk["chunk"])), [chunk])
        write(self.folder.name, {"binary.py": "a = 1\n\0\1"})
        self.assertIn("binary.py: byte", self.cli.run("pipeline", "try", "docstrings", os.path.join(self.folder.name, "binary.py"), code=77).stderr)

    def test_budgets(self):
        self.cli.run("budget", "set", code=2)
        budgets = self.cli.json("budget", "set", "2.50USD", "--window", "day")
        self.assertEqual([(budget["scope"], budget["window"], budget["limit_nusd"]) for budget in budgets],
                         [("all", "day", 2_500_000_000)])
        self.assertIn("2.50 USD", self.cli.run("budget", "list").stdout)
        self.assertRegex(self.cli.run("budget", "set", "--tokens", "2000000").stdout, r" of 2,000,000\b")  # what is used of it
        self.assertIn(",settled_tokens,", self.cli.run("budget", "list", "-o", "csv").stdout)
        self.cli.run("budget", "remove", "--yes")
        self.cli.run("budget", "remove", "--window", "day", code=77)
        self.assertEqual(self.cli.json("budget", "remove", "--window", "day", "--yes"), [])

    # --- reports

    def test_every_report_in_every_format(self):
        self.assertRegex(self.cli.run("report", "jobs").stdout, r"\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  [0-9a-f-]{36}  .* \d\.\d{6} +\d+\.\d{3}\n")
        for name in ("usage", "calls", "errors", "latency", "jobs", "budget", "providers", "waste", "checks", "system", "rejects"):
            self.assertIsInstance(self.cli.json("report", name), list, name)
            self.cli.run("report", name)
        usage = self.cli.json("report", "usage", "--since", "1h", "--by", "pipeline")
        self.assertEqual(self.cli.json("report", "usage", "--since", "2020-01-02", "--by", "pipeline"), usage)
        self.assertEqual(usage[0]["pipeline"], "docstrings")
        self.assertIn("did you mean 'usage'", self.cli.run("report", "usgae", code=2).stderr)
        self.assertIn("expected an age", self.cli.run("report", "usage", "--since", "yesterday", code=2).stderr)

    def test_reports_need_no_daemon(self):
        alone = Cli(self.folder.name)
        database = os.path.join(self.daemon.state, "docwright.db")
        self.assertTrue(json.loads(alone.run("report", "usage", "--db", database, "--json").stdout))
        self.assertIn("All is well", alone.run("db", "check", "--db", database).stderr)
        self.cli.run("db", "check", "--thorough")

    # --- without a daemon

    def test_configuration(self):
        self.assertIn("fine", self.cli.run("config", "check").stderr)
        self.assertIn("queue", self.cli.json("config", "show"))
        self.assertIn("default", self.cli.run("config", "show", "--origin").stdout)
        wrong = os.path.join(self.folder.name, "wrong.yaml")
        write(self.folder.name, {"wrong.yaml": "queu:\n  jobs_max: 1\n"})
        self.assertIn(f"{wrong}:1:1", self.cli.run("config", "check", "--config", wrong, code=78).stderr)

    def test_pipelines(self):
        alone = Cli(self.folder.name)
        self.assertIn("limit_tokens", alone.run("pipeline", "explain", "chunk").stdout)
        self.assertIn("did you mean 'chunk'", alone.run("pipeline", "explain", "chunck", code=4).stderr)
        write(self.folder.name, {"good.yaml": "name: good\nsteps:\n  - validate: {}\n  - chunk: {}\n  - call: {prompt: docstrings}\n"
                                              "  - parse: {}\n  - store: {}\n",
                                 "bad.yaml": "name: bad\nsteps:\n  - chunck: {}\n"})
        alone.run("pipeline", "lint", os.path.join(self.folder.name, "good.yaml"))
        bad = alone.run("pipeline", "lint", os.path.join(self.folder.name, "bad.yaml"), code=78)
        missing = alone.run("pipeline", "lint", "/no/such.yaml", os.path.join(self.folder.name, "bad.yaml"), code=2)
        self.assertIn("/no/such.yaml: cannot be read: No such file or directory", missing.stdout)
        self.assertIn("did you mean 'chunk'", missing.stdout)  # one that is missing hides nothing of the others
        write(self.folder.name, {"own/p.yaml": "name: own\nsteps:\n  - validate\n  - chunk\n  - call: {prompt: near}\n  - parse\n  - store\n",
                                 "own/prompts/near.yaml": "user: '{{code}}'\n"})
        alone.run("pipeline", "lint", os.path.join(self.folder.name, "own/p.yaml"))  # with the prompts beside it, as submit sends them
        self.assertIn("got a folder", alone.run("pipeline", "lint", self.folder.name, code=2).stdout)
        self.assertIn("bad.yaml:3:", bad.stdout)
        self.assertIn("did you mean 'chunk'", bad.stdout)

    def test_a_simulator_says_why_it_does_not_start(self):
        alone = Cli(self.folder.name)
        write(self.folder.name, {"scenario.yaml": "servers:\n  a: {faults: [{kind: slow}]}\n"})
        scenario = os.path.join(self.folder.name, "scenario.yaml")
        self.assertIn("needs a delay", alone.run("simulator", "--scenario", scenario, code=78).stderr)
        self.assertIn("belong into the file", alone.run("simulator", "--scenario", scenario, "--fault", "quota", code=2).stderr)
        self.assertIn("got a folder", alone.run("simulator", "--scenario", self.folder.name, code=2).stderr)
        self.assertIn("No such file", alone.run("simulator", "--scenario", scenario + ".gone", code=2).stderr)

    def test_help_and_version(self):
        alone = Cli(self.folder.name)
        for arguments in (("help",), ("--help",), ("help", "submit"), ("submit", "--help"), ("help", "pipeline", "lint"), ()):
            self.assertIn("Usage: docwright", alone.run(*arguments).stdout)
        self.assertRegex(alone.run("version").stdout, r"^docwright \d+\.\d+\.\d+\n$")
        self.assertEqual(json.loads(alone.run("version", "--json").stdout)["protocol"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
