"""Documents that `offline` wrote in place of a model's are done again, by a retry and by the daemon itself; what a model wrote is neither asked nor paid again."""
import json
import sqlite3
import unittest
import urllib.request

from support.daemon import wait_until
from support.server import Server
from support.simulator import Simulator
from support.world import World

CONFIG = "routes:\n  never_empty: {targets: [gpt-5.4-mini, offline]}\n"
PIPELINE = """
name: each
steps:
  - validate
  - chunk: {targets_max: 1}
  - call: {model: never_empty, prompt: docstrings, answer_tokens_max: 2000, retries: 0}
  - parse
  - store
"""
SOURCE = "\n\n".join(f"def scale_{number}(value, factor):\n    return value * factor\n" for number in range(3)).encode()


def ten_minutes_later(daemon):
    daemon.stop()
    database = sqlite3.connect(f"{daemon.state}/docwright.db")
    with database:
        database.execute("UPDATE jobs SET redo_at = 1 WHERE redo_at IS NOT NULL")
    database.close()
    daemon.start()


class Fallbacks(unittest.TestCase):
    def setUp(self):
        self.down = True
        self.simulator = Simulator()
        self.addCleanup(self.simulator.close)
        self.server = Server(self.answer)
        self.addCleanup(self.server.close)
        self.world = World(config=CONFIG, OPENAI_BASE_URL=self.server.base_url)
        self.addCleanup(lambda: self.world.__exit__(None))
        self.world.daemon.pipeline("each", PIPELINE)
        self.world.__enter__()
        self.batch = self.world.client.submit([({"path": "a.py", "pipeline": "each"}, SOURCE)], project="world")["batch"]
        self.world.at_rest(self.batch)

    def answer(self, _, body):
        """A provider that fails whenever it is asked about scale_1, as long as it is down."""
        if self.down and "def scale_1(value" in json.dumps(body):
            return 500, {}, {"error": {"message": "down", "type": "server_error"}}
        request = urllib.request.Request(self.simulator.base_url + "/chat/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json", "Authorization": "Bearer simulated-key"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return 200, {}, json.load(reply)

    def job(self):
        return self.world.jobs(self.batch)[0]

    def written_by(self):
        """{symbol: (model, version, fallback)} of the job's documents."""
        documents = self.world.client.ask("result", batch=self.batch)["documents"]
        return {each["symbol"]: (each["document"]["provenance"]["model"], each["version"], each["document"]["provenance"].get("fallback", False))
                for each in documents}

    def as_it_was(self):
        job = self.job()
        self.assertEqual((job["state"], job["documents"], job["fallbacks"]), ("succeeded", 3, 1))
        self.assertEqual(self.written_by(), {"scale_0": ("gpt-5.4-mini", 1, False), "scale_1": ("offline", 1, True), "scale_2": ("gpt-5.4-mini", 1, False)})
        return job

    def done_again(self):
        wait_until(lambda: self.job()["state"] == "succeeded" and self.job()["fallbacks"] == 0, "the model's document")
        self.assertEqual(self.written_by(), {"scale_0": ("gpt-5.4-mini", 1, False), "scale_1": ("gpt-5.4-mini", 2, False), "scale_2": ("gpt-5.4-mini", 1, False)})
        job = self.job()
        self.assertEqual(job["documents"], 3)
        self.assertNotIn("redo_at", job)
        answers = self.world.daemon.rows("SELECT chunk, count(*) FROM calls WHERE model = 'gpt-5.4-mini' AND state = 'answered' GROUP BY chunk")
        self.assertEqual([times for _, times in answers], [1, 1, 1])
        self.assertEqual(len(self.simulator.served()), 3, "what was answered is not asked again")
        self.assertEqual(self.world.daemon.rows("SELECT count(*) FROM document_versions WHERE symbol = 'scale_1'"), [(2,)])

    def test_a_retry_does_them_again(self):
        job = self.as_it_was()
        self.assertIn("redo_at", job)
        said = self.world.cli.run("status", self.batch).stderr
        self.assertIn("1 of 3 documents stand in for those of a model that could not be asked", said)
        self.assertIn("'docwright retry'", said)
        self.assertEqual(self.world.daemon.rows("SELECT fallbacks, redo_at IS NOT NULL FROM job_overview"), [(1, 1)])
        asked = len(self.server.heard)

        self.assertIn("1 job queued again", self.world.cli.run("retry", self.batch).stderr)
        self.world.at_rest(self.batch)
        self.as_it_was()  # still down: one question more
        self.assertEqual(len(self.server.heard), asked + 1)

        self.down = False
        self.world.cli.run("retry", job["id"])
        self.done_again()
        self.assertEqual(len(self.server.heard), asked + 2)
        self.assertIn("0 jobs queued again", self.world.cli.run("retry", self.batch).stderr)
        self.assertIn("only failed and cancelled jobs", self.world.cli.run("retry", job["id"], code=77).stderr)

    def test_the_daemon_does_them_again_by_itself(self):
        self.as_it_was()
        self.down = False
        asked = len(self.server.heard)
        ten_minutes_later(self.world.daemon)
        self.done_again()
        self.assertEqual(len(self.server.heard), asked + 1)

    def test_a_cancel_leaves_them_as_they_are(self):
        self.assertIn("redo_at", self.as_it_was())
        self.assertEqual(self.world.client.ask("cancel", batch=self.batch)["changed"], 1)
        self.assertNotIn("redo_at", self.as_it_was())
        self.assertEqual(self.world.client.ask("cancel", all=True)["changed"], 0)


class RoundsThatOnlyCost(unittest.TestCase):
    def test_a_provider_that_never_answers_is_not_paid_round_after_round(self):
        with World("--fault", "silent", config=CONFIG + "http:\n  first_byte_time_max: 1s\n") as world:
            world.daemon.pipeline("each", PIPELINE.replace("retries: 0", "retries: 3"))
            world.daemon.restart()
            job = world.job(0, pipeline="each")
            self.assertEqual((job["state"], job["fallbacks"], job["calls_unknown"]), ("succeeded", 1, 2))
            self.assertIn("redo_at", job)
            ten_minutes_later(world.daemon)
            wait_until(lambda: world.jobs(job["batch"])[0]["attempt"] == 2 and world.at_rest(job["batch"]), "the round")
            after = world.jobs(job["batch"])[0]
            self.assertEqual((after["state"], after["fallbacks"], after["calls_unknown"]), ("succeeded", 1, 3))
            self.assertNotIn("redo_at", after)
            self.assertNotIn("job failed", world.daemon.log_text())
            self.assertIn("1 job queued again", world.cli.run("retry", job["batch"]).stderr)


if __name__ == "__main__":
    unittest.main()
