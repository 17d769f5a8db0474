"""How docwright behaves at its edges: wrong words, no daemon, closed pipes, Ctrl-C, jobs that fail or wait."""
import os
import signal
import subprocess
import tempfile
import unittest

from support.cli import PATIENCE, PROGRAM, Cli, Daemon, interrupt, wait_until, write

FUNCTION = b"def f():\n    return 1\n"


class WithoutDaemon(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="dw-cli-")
        self.cli = Cli(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def test_wrong_words_name_the_nearest_right_one(self):
        for arguments, hint in ((("sumbit",), "did you mean 'submit'"),
                                (("list", "--projet", "x"), "did you mean '--project'"),
                                (("pipeline", "lnit"), "did you mean 'lint'"),
                                (("list", "-o", "jsno"), "did you mean 'json'"),
                                (("submit", "--priority", "high", "x"), "not a whole number from -100 to 100"),
                                (("submit",), "Name files or folders"),
                                (("submit", "/no/such/file"), "/no/such/file"),
                                (("list", "extra"), "one word too many")):
            wrong = self.cli.run(*arguments, code=2)
            self.assertIn(hint, wrong.stderr)
            self.assertEqual(wrong.stdout, "")

    def test_when_no_daemon_answers_every_place_is_named(self):
        nobody = self.cli.run("status", "0190d3c2", code=69, XDG_RUNTIME_DIR="/run/user/none")
        self.assertIn("ipc:///run/user/none/docwright/docwright.sock (the user's socket): no such socket", nobody.stderr)
        self.assertIn("ipc:///var/lib/docwright/docwright.sock (the system's socket)", nobody.stderr)
        self.assertEqual(nobody.stdout, "")

    def test_a_named_daemon_is_the_only_one_that_is_tried(self):
        for arguments, environment, origin in ((("--endpoint", "/tmp/none.sock"), {}, "--endpoint"),
                                               ((), {"DOCWRIGHT_ENDPOINT": "ipc:///tmp/none.sock"}, "DOCWRIGHT_ENDPOINT")):
            nobody = self.cli.run(*arguments, "stats", code=69, **environment)
            self.assertIn(f"ipc:///tmp/none.sock ({origin}): no such socket", nobody.stderr)
            self.assertNotIn("system's socket", nobody.stderr)

    def test_a_socket_without_a_daemon_is_said_to_be_one(self):
        daemon = Daemon().start()
        try:
            daemon.kill()
            self.assertIn("nobody listens", Cli(self.folder.name, daemon.state).run("stats", code=69).stderr)
        finally:
            daemon.close()

    def test_last_is_unknown_before_the_first_submit(self):
        # Without a daemon the first thing that is wrong is that there is none.
        self.cli.run("status", code=69)


class WithDaemon(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().start()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.close()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="dw-cli-")
        self.cli = Cli(self.folder.name, self.daemon.state)

    def tearDown(self):
        self.folder.cleanup()

    def submit(self, *arguments, source=FUNCTION, code=0):
        return self.cli.run("submit", "-", "--name", "f.py", "--project", "p", *arguments, input=source, code=code)

    def test_ids_that_name_nothing_are_not_found(self):
        for verb in (("status",), ("wait",), ("result",), ("cancel", "--yes"), ("retry",)):
            self.cli.run(*verb, "00000000-0000-7000-8000-000000000000", code=4)
        self.cli.run("export", "no-such-project", "-o", self.folder.name, code=4)
        self.cli.run("result", "--project", "no-such-project", code=4)
        self.assertIn("nothing was submitted from here", self.cli.run("status", code=4).stderr)

    def test_jobs_that_fail_are_one(self):
        failed = self.submit("--wait", "--model", "offline", source=b"\xff\xfe\x00", code=1)
        self.assertRegex(failed.stdout, r"^[0-9a-f-]{36}\n$")
        self.assertIn("1 of 1 jobs failed", failed.stderr)
        self.assertIn("source_refused", self.cli.run("list", "--state", "failed", "--batch", "@last").stdout)

    def test_only_parked_jobs_left_is_seventyfive(self):
        parked = self.submit("--wait", code=75)
        self.assertIn("Only parked jobs are left", parked.stderr)
        self.assertIn("OPENAI_API_KEY", parked.stderr)

    def test_unknown_names_are_usage(self):
        self.assertIn("docstrings", self.submit("--pipeline", "docstring", code=2).stderr)
        self.assertIn("offline", self.submit("--model", "ofline", code=2).stderr)
        self.assertIn("--delay", self.submit("--delay", "soon", code=2).stderr)
        self.assertIn("NAME=VALUE", self.submit("--label", "x", code=2).stderr)

    def test_there_must_be_something_to_submit(self):
        write(self.folder.name, {"src/README.md": "# x\n", "src/a.py": ""})
        nothing = self.cli.run("submit", os.path.join(self.folder.name, "src"), code=2)
        self.assertIn("nothing to submit: 2 skipped: 1 empty, 1 no programming language", nothing.stderr)

    def test_a_reader_that_goes_away_is_no_error(self):
        self.submit("--model", "offline", "--wait")
        here = f"--state '{self.daemon.state}'"
        for verb in (f"{here} list --all -o jsonl", f"{here} result @last", "help"):
            command = f"'{PROGRAM}' {verb} | true; exit ${{PIPESTATUS[0]}}"
            done = subprocess.run(["bash", "-c", command], env=self.cli.environment, capture_output=True, timeout=PATIENCE, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, b""), verb)

    def test_quiet_leaves_only_data(self):
        self.assertEqual(self.submit("--model", "offline", "--quiet").stderr, "")

    def test_without_a_terminal_there_are_no_colours(self):
        self.submit("--model", "offline", "--wait")
        for verb in (("list",), ("watch",), ("report", "jobs")):
            done = self.cli.run(*verb)
            self.assertNotIn("\x1b", done.stdout + done.stderr)

    def test_ctrl_c_before_acceptance(self):
        reading = self.cli.start("submit", "-", "--name", "f.py", stdin=subprocess.PIPE)
        wait_until(lambda: caught(reading.pid), "the submit to read")
        code, out, _ = interrupt(reading)
        self.assertEqual((code, out), (130, ""))

        self.daemon.process.send_signal(signal.SIGSTOP)
        try:
            waiting = self.cli.start("--endpoint", self.daemon.endpoint(), "stats")
            wait_until(lambda: caught(waiting.pid), "the client to wait")
            self.assertEqual(interrupt(waiting)[0], 130)
        finally:
            self.daemon.process.send_signal(signal.SIGCONT)

    def test_ctrl_c_after_acceptance_detaches(self):
        self.cli.run("pause")
        try:
            write(self.folder.name, {"f.py": FUNCTION})
            path = os.path.join(self.folder.name, "f.py")
            watching = self.cli.start("submit", path, "--model", "offline", "--fresh", "--watch")
            batch = watching.stdout.readline().decode().strip()
            code, _, err = interrupt(watching)
            self.assertEqual(code, 0)
            self.assertIn(f"'docwright watch {batch}' follows them again", err)

            for verb, expected in (("watch", 0), ("wait", 130)):
                following = self.cli.start(verb, batch)
                wait_until(lambda: caught(following.pid), "the verb to follow")
                if verb == "watch":
                    following.stderr.readline()  # the first line of progress: it follows
                code, _, err = interrupt(following)
                self.assertEqual(code, expected, verb)
                if verb == "watch":
                    self.assertIn("Detached; the jobs go on", err)
        finally:
            self.cli.run("resume")
        self.cli.run("wait", batch)

    def test_a_restart_of_the_daemon_is_waited_through(self):
        self.cli.run("pause")
        self.submit("--model", "offline", "--fresh")
        waiting = self.cli.start("wait", "@last")
        wait_until(lambda: caught(waiting.pid), "the wait")
        self.daemon.restart()
        self.cli.run("resume")
        _, err = waiting.communicate(timeout=2 * PATIENCE)
        self.assertEqual(waiting.returncode, 0, err)


def caught(pid):
    """Whether the process holds SIGINT back: from then on Ctrl-C is its own business."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        blocked = next(line for line in status if line.startswith("SigBlk:"))
    return int(blocked.split()[1], 16) >> (signal.SIGINT - 1) & 1 == 1


if __name__ == "__main__":
    unittest.main(verbosity=2)
