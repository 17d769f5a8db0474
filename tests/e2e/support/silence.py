"""Where a key would be found if it left: every place in which docwright keeps, writes or says something."""
import json
import os
import subprocess
import tempfile

from support.cli import write

REPORTS = ("usage", "calls", "errors", "latency", "jobs", "providers", "waste", "budget", "checks", "system", "rejects")
# So much of a key's secret part gives it away.
TELLING = 10


def parts(key):
    """A key and the pieces of it that must not be seen either: one that is half masked is no secret any more."""
    secret = key.rpartition(".")[2]
    return {key, secret[:TELLING], secret[-TELLING:]}


class Silence:
    """Fails the test where one of the keys is. Keys are a name, a dot, and a secret part of 16 characters or more."""

    def __init__(self, test, keys):
        self.test = test
        self.forbidden = {part.encode(): key for key in keys for part in parts(key)}

    def check(self, where, text):
        text = text if isinstance(text, bytes) else text.encode()
        for part, key in self.forbidden.items():
            at = text.find(part)  # what is shown is little: it may be megabytes
            self.test.assertTrue(at < 0, f"{where} holds {key}: {text[max(0, at - 80):at + 80]!r}")

    def files(self, folder):
        """Everything in a folder, as bytes: the database, its -wal, the log, what was exported."""
        for base, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(base, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.check(path, file.read())

    def tables(self, daemon):
        """Every cell of every table and view; what a view computes stands in no file. The number of cells."""
        names = [name for name, in daemon.rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")]
        self.test.assertIn("call_journal", names)
        cells = 0
        for name in names:
            for row in daemon.rows(f"SELECT * FROM {name}"):
                for cell in row:
                    cells += 1
                    self.check(name, cell if isinstance(cell, bytes) else str(cell))
        return cells

    def replies(self, client):
        """What the wire's verbs that look at something say."""
        jobs = client.ask("list", limit=1000)["jobs"]
        self.check("list", json.dumps(jobs))
        for batch in {job["batch"] for job in jobs}:
            for verb in ("status", "result"):
                self.check(verb, json.dumps(client.ask(verb, batch=batch, limit=1000)))
        for verb in ("ping", "stats", "pipelines", "models", "budget", "cache"):
            self.check(verb, json.dumps(client.ask(verb)))
        at, last = 0, client.ask("ping")["seq"]
        while at < last:
            events = client.ask("events_since", seq=at, limit=1000)["events"]
            self.check("events_since", json.dumps(events))
            at = events[-1]["seq"]
        return jobs

    def command_line(self, cli, jobs, source, models=(), providers=()):
        """What the verbs print, as data and for people; none may be forgotten."""
        with tempfile.TemporaryDirectory() as folder:
            write(folder, {"m.py": source, "answer.json": "{}"})
            file = os.path.join(folder, "m.py")
            verbs = {
                "submit": [(file, "--model", "offline"), (file, "--dry-run")], "list": [("--all",)], "stats": [()], "ping": [()],
                "trace": [(job["id"],) for job in jobs],
                "report": [(name,) for name in REPORTS] + [("usage", "--by", what) for what in ("model", "provider", "day")],
                "budget": [("list",)], "pipeline": [("list",), ("explain", "call"), ("try", "quick", file)],
                "cache": [("show",), ("clear", "--model", "offline", "--yes")], "model": [("list",), *(("show", name) for name in models)],
                "provider": [("list",), ("check",), *(("check", name) for name in providers)],
                "config": [("check",), ("show",), ("show", "--origin")], "db": [("check",)], "version": [()], "help": [()],
                **{verb: [(batch,) for batch in {job["batch"] for job in jobs}] for verb in ("status", "result", "wait", "watch")},
                "pause": [()], "retry": [(jobs[0]["batch"], "--failed")], "cancel": [("--all", "--yes")], "resume": [()],
            }
            known = {line.split()[0] for line in cli.run("help").stdout.partition("Verbs:\n")[2].partition("\n\n")[0].splitlines()}
            self.test.assertEqual(known - set(verbs), {"export", "simulator"}, "export is below; the simulator has no key")
            for verb, calls in verbs.items():
                for words in calls:
                    for form in ("json", "table"):
                        done = cli.run(verb, *words, "-o", form, code=None)
                        self.test.assertNotEqual(done.returncode, 2, (verb, words, done.stderr))
                        self.check((verb, *words), done.stdout + done.stderr)
            for form in ("markdown", "jsonl"):
                cli.run("export", "--project", jobs[0]["project"], "--format", form, "-o", os.path.join(folder, form))
                self.files(folder)

    def processes(self, daemon):
        """argv of the daemon and of its children, and the children's environment."""
        pids = subprocess.run(["ps", "-o", "pid=", "--ppid", str(daemon.process.pid)], capture_output=True, text=True, check=True).stdout.split()
        self.test.assertTrue(pids, "the parser's child")
        for pid in (daemon.process.pid, *pids):
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                self.check("argv", file.read())
        for pid in pids:
            with open(f"/proc/{pid}/environ", "rb") as file:
                self.test.assertEqual(file.read(), b"", "children inherit no environment")
