"""A disk that fills up in mid-batch: nothing acknowledged is lost, nothing is half accepted, and work goes on when there is room.

The disk is a small tmpfs in a mount namespace of this test's own, for which it starts itself again under unshare(1).
"""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from support.cli import Cli
from support.client import NoReply, Refused
from support.daemon import Daemon, wait_until
from support.simulator import Simulator

INSIDE = "DOCWRIGHT_TEST_OWN_MOUNTS"
DISK_BYTES = 12 << 20
MESSAGE = 40  # jobs of one submit, 4 KiB each
CONFIG = "queue:\n  calls_at_once: 8\n  jobs_at_once: 16\nmodel: gpt-5.4-mini\n"


def source(number):
    comments = "".join(f"# {number}: line {line} of the words that make this source large.\n" for line in range(64))
    return f"def scale_{number}(value, factor):\n    return value * factor + {number}\n\n\n{comments}".encode()


class Disk:
    """A folder that can hold so many bytes, and no more."""

    def __init__(self, test):
        self.folder = tempfile.mkdtemp(prefix="dw-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", self.folder], check=True)
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        test.addCleanup(subprocess.run, ["umount", "--lazy", self.folder], check=True)
        self.ballast = os.path.join(self.folder, "ballast")

    def free(self):
        now = os.statvfs(self.folder)
        return now.f_bavail * now.f_frsize

    def fill(self, leave=0):
        with contextlib.suppress(OSError), open(self.ballast, "ab", buffering=0) as file:
            while self.free() > leave:
                file.write(b"\0" * 4096)

    def make_room(self):
        os.unlink(self.ballast)


class Promise1AcknowledgedIsDurable(unittest.TestCase):
    def setUp(self):
        self.disk = Disk(self)
        self.simulator = Simulator("--latency", "20ms")
        self.addCleanup(self.simulator.close)
        log = tempfile.NamedTemporaryFile(prefix="dw-log-")
        self.addCleanup(log.close)
        self.daemon = Daemon(config=CONFIG, environment=self.simulator.environment(), state=self.disk.folder, log=log.name)
        self.addCleanup(self.daemon.close)
        self.daemon.start()
        self.client = self.daemon.client()
        self.addCleanup(self.client.close)
        self.accepted = {}  # number -> id

    def submit(self, message):
        """One message of new sources, with keys; whether it was accepted."""
        numbers = range(message * MESSAGE, (message + 1) * MESSAGE)
        try:
            reply = self.client.submit([({"path": f"m{n}.py", "key": f"source-{n}"}, source(n)) for n in numbers], project="full")
        except Refused as refused:
            self.assertEqual(refused.code, "no_space")
            self.assertIn("the disk of the database is full: nothing was accepted", refused.error["message"])
            self.assertGreater(refused.error["retry_after_ms"], 0)
            return False
        self.accepted.update(zip(numbers, (job["id"] for job in reply["jobs"])))
        return True

    def fill_up(self):
        """Messages until one is refused, while the disk runs full under the jobs at work; the number of that message."""
        self.assertTrue(self.submit(0))
        wait_until(lambda: len(self.simulator.served()) >= 8, "calls in flight")
        self.disk.fill(leave=1 << 19)
        for message in range(1, DISK_BYTES // (4096 * MESSAGE)):
            if not self.submit(message):
                self.disk.fill()
                return message
        raise AssertionError("the disk never ran full")

    def stored(self):
        return {row[0] for row in self.daemon.rows("SELECT id FROM jobs")}

    def check_end(self):
        """Everything that was accepted has succeeded once, and was paid once."""
        states = self.daemon.rows("SELECT state, count(*) FROM jobs GROUP BY state")
        self.assertEqual(states, [("succeeded", len(self.accepted))])
        self.assertEqual(self.stored(), set(self.accepted.values()))
        documents = self.daemon.rows("SELECT count(*), count(DISTINCT path || ' ' || symbol), max(version) FROM document_rows")
        self.assertEqual(documents, [(len(self.accepted), len(self.accepted), 1)])
        self.assertTrue(self.daemon.promises_hold())
        self.assertIn("All is well", Cli(self.disk.folder, self.daemon.state).run("db", "check", "--thorough").stderr)

    def answers(self):
        client = self.daemon.client(timeout_ms=200)
        try:
            return client.ask("ping")["pid"] == self.daemon.process.pid
        except NoReply:
            return False
        finally:
            client.close()

    def finished(self):
        states = self.client.ask("stats")["states"]
        self.assertEqual(states["failed"], 0, "a full disk fails no job")
        return states["succeeded"] == len(self.accepted)

    def test_nothing_is_lost_and_work_goes_on_by_itself(self):
        refused = self.fill_up()
        self.assertEqual(self.stored(), set(self.accepted.values()), "all of a message, or nothing of it")
        # While it is full: reads are answered, submissions refused.
        wait_until(lambda: self.client.ask("stats")["no_space"], "the word that the disk is full")
        self.assertFalse(self.submit(refused))
        first = self.accepted[0]
        self.assertEqual(self.client.ask("status", jobs=[first])["jobs"][0]["id"], first)
        self.assertEqual(len(self.client.ask("list", project="full", limit=10)["jobs"]), 10)
        queued = self.client.ask("list", states=["queued"], limit=10)["jobs"]
        self.assertTrue(queued)
        for job in queued:
            self.assertEqual(job["waiting"]["reason"], "store")
            self.assertIn("the disk of the database is full", job["waiting"]["detail"])
        self.assertIn("NO SPACE", self.daemon.log_text().upper())
        pid = self.client.ask("ping")["pid"]

        self.disk.make_room()
        wait_until(lambda: self.submit(refused), "the refused message to be accepted")
        wait_until(self.finished, "the end of every accepted job")
        self.assertFalse(self.client.ask("stats")["no_space"])
        self.assertEqual(self.client.ask("ping")["pid"], pid)
        self.check_end()
        served = self.simulator.served()
        self.assertEqual(len(served), len({request["question"] for request in served}), "no question was asked twice")
        charged = self.daemon.rows("SELECT sum(charged_nusd) FROM call_journal WHERE state = 'answered'")[0][0]
        self.assertEqual(charged, sum(request["cost_nusd"] for request in served))

    def test_a_restart_on_a_full_disk_loses_nothing_either(self):
        refused = self.fill_up()
        self.daemon.kill()
        self.daemon.start(wait=False)
        # Not even what the kill left open may find room: then the start waits.
        wait_until(lambda: self.answers() or "the start waits for room" in self.daemon.log_text(), "the start")
        if self.answers():
            self.assertEqual(self.client.ask("list", project="full", limit=1)["jobs"][0]["project"], "full")
            self.assertFalse(self.submit(refused))
        self.assertEqual(self.stored(), set(self.accepted.values()))
        self.disk.make_room()
        self.daemon.wait_ready()
        wait_until(self.finished, "the end of every accepted job")
        self.check_end()

    def test_a_start_that_finds_no_room_waits_for_it(self):
        self.client.ask("pause")
        self.assertTrue(self.submit(0))
        self.daemon.kill()
        self.disk.fill()
        self.daemon.start(wait=False)
        wait_until(lambda: "the start waits for room on the disk" in self.daemon.log_text(), "the start to say what it waits for")
        self.assertTrue(self.daemon.alive())
        self.disk.make_room()
        self.daemon.wait_ready()
        self.client.ask("resume")
        wait_until(self.finished, "the end of every accepted job")
        self.check_end()


def own_mounts():
    """unshare's words for a mount namespace in which this process may mount; None: there is no way."""
    for words in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        with tempfile.TemporaryDirectory() as folder:
            tried = subprocess.run([*words, "mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False)
        if tried.returncode == 0:
            return words
    return None


if __name__ == "__main__":
    if INSIDE not in os.environ:
        words = own_mounts()
        if words:
            os.execvpe(words[0], [*words, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})
        print("SKIPPED: neither root nor user namespaces here, so no small disk can be mounted")
        sys.exit(0)
    unittest.main()
