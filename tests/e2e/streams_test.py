"""Answers that come as streams: read whole, timed, charged like any other; a cut one stays charged; a person can watch them come."""
import tempfile
import unittest

from support.client import Events
from support.daemon import wait_until
from support.world import World

STREAM = "stream: always"
# An answer that is being written for seconds.
SLOW = """
servers:
  slow:
    provider: openai
    latency: {per_token: 2ms}
    answers: [{tokens: 1500}]
"""
LEAVES_AFTER = 2000


class Streams(unittest.TestCase):
    def calls(self, world):
        return world.daemon.rows("SELECT state, streamed, first_token_seconds, seconds,"
                                 " CAST(round(cost_usd * 1e9) AS INTEGER) FROM calls ORDER BY call")

    def test_a_streamed_answer_is_an_answer(self):
        with World("--latency", "50ms", call=STREAM) as world:
            job = world.job(0)
            self.assertEqual((job["state"], job["documents"]), ("succeeded", 1))
            ((state, streamed, first, whole, cost),) = self.calls(world)
            self.assertEqual((state, streamed), ("answered", 1))
            self.assertLessEqual(0.05, first)
            self.assertLessEqual(first, whole)
            (request,) = world.simulator.served()
            self.assertEqual(cost, request["cost_nusd"], "usage comes at the stream's end")

    def test_short_answers_are_not_streamed_by_default(self):
        with World() as world:
            self.assertEqual(world.job(0)["state"], "succeeded")
            ((state, streamed, first, _, _),) = self.calls(world)
            self.assertEqual((state, streamed, first), ("answered", 0, None))

    def test_a_cut_stream_stays_charged_at_its_bound_and_is_asked_again(self):
        with World("--fault", "cut_body:every 2", call=STREAM) as world:
            self.assertEqual([world.job(number)["state"] for number in range(2)], ["succeeded"] * 2)
            first, cut, again = self.calls(world)
            self.assertEqual([call[0] for call in (first, cut, again)], ["answered", "unknown", "answered"])
            self.assertGreater(cut[4], first[4])
            self.assertEqual(world.errors(), {("call", "network", "unknown"): 1})

    def test_text_can_be_watched_as_it_is_written(self):
        with World("--latency", "200ms", call=STREAM) as world:
            numbers = iter(range(50))

            # Whether the subscription arrives before the answer is the network's business.
            def watched():
                number = next(numbers)
                batch = world.submit([number])
                out = world.cli.run("watch", "--text", batch).stdout
                if out:
                    self.assertIn(f"--- m{number:03}.py, chunk 0, call\n", out)
                    self.assertIn(f"scale_{number:03}", out)
                return out

            wait_until(watched, "text of an answer")


class Litellm36008WhoLeavesTheStreamChangesNoCost(unittest.TestCase):
    """A gateway billed what it had relayed when its client left after 2 kB; the provider billed the whole answer."""

    def setUp(self):
        file = tempfile.NamedTemporaryFile("w", suffix=".yaml")
        self.addCleanup(file.close)
        file.write(SLOW)
        file.flush()
        self.world = World("--scenario", file.name, call=STREAM, config="budgets: [{limit: 1USD}]\n")
        self.world.__enter__()
        self.addCleanup(lambda: self.world.__exit__(None))

    def states(self):
        return [state for (state,) in self.world.daemon.rows("SELECT state FROM call_journal")]

    def settled_as_the_provider_counts(self):
        wait_until(lambda: self.states() == ["answered"], "the call's own end")
        recorded = self.world.daemon.rows("SELECT CAST(round(cost_usd * 1e9) AS INTEGER), tokens_in, tokens_out, finish FROM calls")
        (row,) = self.world.simulator.totals()["rows"]
        self.assertEqual(recorded, [(row["cost_nusd"], row["usage"]["input"], row["usage"]["output"], "complete")])
        self.assertGreater(row["usage"]["output"], 1000)
        self.assertEqual(self.world.daemon.rows("SELECT settled_nusd, unknown_nusd, reserved_nusd FROM budget_windows"), [(row["cost_nusd"], 0, 0)])
        self.assertEqual(len(self.world.simulator.served()), 1)

    def test_a_job_that_is_cancelled(self):
        events = Events(self.world.daemon.endpoint("events"), "text.")
        self.addCleanup(events.close)
        job = self.world.jobs(self.world.submit([0]))[0]["id"]
        events.until(lambda topic, message: message["event"]["begin"] + len(message["event"]["text"]) >= LEAVES_AFTER)
        self.world.client.ask("cancel", jobs=[job])
        self.assertEqual(self.states(), ["intent"], "it is still being answered")
        wait_until(lambda: self.world.client.ask("status", jobs=[job])["jobs"][0]["state"] == "cancelled", "the job's end")
        self.settled_as_the_provider_counts()
        self.world.client.ask("retry", jobs=[job])
        wait_until(lambda: self.world.client.ask("status", jobs=[job])["jobs"][0]["state"] == "succeeded", "the paid answer's documents")
        self.settled_as_the_provider_counts()

    def test_a_watcher_who_leaves(self):
        batch = self.world.submit([0])
        watcher = self.world.cli.start("watch", "--text", batch)
        self.assertEqual(len(watcher.stdout.read(LEAVES_AFTER)), LEAVES_AFTER)
        watcher.kill()
        watcher.communicate()
        self.assertEqual(self.states(), ["intent"], "it is still being answered")
        (job,) = self.world.at_rest(batch)
        self.assertEqual(job["state"], "succeeded")
        self.settled_as_the_provider_counts()


if __name__ == "__main__":
    unittest.main()
