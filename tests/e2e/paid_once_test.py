"""A question that has its answer is never asked again: not by another job, not after a restart or a retry, unless `fresh` says so."""
import unittest

from support.daemon import wait_until
from support.world import World, source


PIPELINE = """
name: small
steps:
  - validate
  - chunk: {limit_tokens: 400, targets_max: 1}
  - call: {prompt: docstrings, answer_tokens_max: 2000, retries: 0}
  - parse
  - store
"""


class Promise2NothingIsPaidTwice(unittest.TestCase):
    def same(self, world, jobs, **fields):
        """So many jobs of one and the same source; their summary when they have ended."""
        batch = world.client.submit([({"path": "same.py", **fields}, source(7)) for _ in range(jobs)], project="world")["batch"]
        return self.ended(world, batch)

    def ended(self, world, batch):
        done = world.client.ask("wait", batch=batch, timeout="60s")
        self.assertTrue(done["done"])
        return done["summary"]

    def paid(self, world):
        return sum(request["cost_nusd"] for request in world.simulator.served())

    def test_equal_questions_at_once_are_one_call(self):
        with World("--latency", "200ms") as world:
            summary = self.same(world, 16)
            self.assertEqual(summary["states"]["succeeded"], 16)
            self.assertEqual((len(world.served()), summary["calls"]), (1, 1))
            self.assertEqual(summary["cost_nusd"], self.paid(world))

    def test_a_part_of_a_file_that_defines_nothing_is_no_call(self):
        hidden = "".join(f"def _hidden_{number}(value):\n    return value + {number}\n\n\n" for number in range(400)).encode()
        with World() as world:
            batch = world.client.submit([({"path": "long.py"}, source(1) + hidden)], project="world")["batch"]
            summary = self.ended(world, batch)
            self.assertGreater(summary["chunks"], 2)
            self.assertEqual((summary["states"]["succeeded"], summary["chunks_stored"]), (1, summary["chunks"]))
            self.assertEqual((len(world.served()), summary["documents"]), (1, 1))

    def test_an_answer_outlives_the_daemon_and_serves_whoever_asks_the_same(self):
        with World() as world:
            self.same(world, 1)
            world.daemon.restart()
            again = self.same(world, 4)
            self.assertEqual((again["states"]["succeeded"], again["calls"], again["cost_nusd"]), (4, 0, 0))
            self.assertEqual(len(world.served()), 1)
            fresh = self.same(world, 1, fresh=True)
            self.assertEqual((fresh["calls"], len(world.served())), (1, 2))
            other = self.same(world, 1, tenant="another")
            self.assertEqual((other["calls"], len(world.served())), (1, 3), "tenants share no answers")

    def test_kill_9_between_dispatch_and_answer_leaves_one_unknown_attempt(self):
        """The job resumes; what was lost is charged once, at its bound, and what was answered once, as the provider says."""
        with World("--latency", "1s") as world:
            batch = world.submit([1])
            wait_until(world.served, "the call in flight")
            world.daemon.restart()
            (job,) = world.at_rest(batch)
            self.assertEqual((job["state"], job["documents"], job["calls"], job["calls_unknown"]), ("succeeded", 1, 2, 1))
            lost, whole = world.daemon.rows("SELECT state, attempt, charged_nusd, bound_nusd FROM call_journal ORDER BY call")
            asked, again = [request["cost_nusd"] for request in world.simulator.served()]
            self.assertEqual((lost, whole[:3]), (("unknown", 1, lost[3], lost[3]), ("answered", 2, again)))
            self.assertGreaterEqual(lost[3], asked)
            self.assertEqual(job["cost_nusd"], lost[3] + again)
            self.assertEqual(world.daemon.rows("SELECT count(*) FROM document_rows"), [(1,)])

    def test_an_answer_that_is_too_old_serves_no_other_job(self):
        with World(config="cache: {ttl: 1s}\n") as world:
            self.same(world, 1)
            self.assertEqual(self.same(world, 1)["calls"], 0)
            wait_until(lambda: not world.cli.json("cache", "show")[0]["answers"], "an answer that has expired")
            self.assertEqual(self.same(world, 1)["calls"], 1)

    def test_without_a_cache_each_job_pays(self):
        with World(config="cache: {enabled: false}\n") as world:
            self.same(world, 1)
            self.assertEqual(self.same(world, 1)["calls"], 1)

    def test_what_the_cache_saved_is_told_and_it_can_be_cleared(self):
        with World() as world:
            cost = self.same(world, 1)["cost_nusd"]
            self.same(world, 3)
            wait_until(lambda: world.daemon.rows("SELECT sum(hits) FROM cache_days") == [(3,)], "the hits, written down")
            usage = world.cli.json("report", "usage")
            self.assertEqual([(row["calls"], row["cache_hits"], round(row["saved_usd"] * 1e9)) for row in usage], [(1, 3, 3 * cost)])
            shown = world.cli.json("cache", "show", "--by", "project")
            self.assertEqual([(row["name"], row["answers"], row["cost_nusd"], row["hits"], row["saved_nusd"]) for row in shown],
                             [("world", 1, cost, 3, 3 * cost)])
            self.assertIn("--yes", world.cli.run("cache", "clear", code=77).stderr)
            self.assertEqual(world.cli.json("cache", "clear", "--older-than", "1h", "--yes"), {"cleared": 0})
            self.assertEqual(world.cli.json("cache", "clear", "--model", "gpt-5.4-mini", "--yes"), {"cleared": 1})
            self.assertEqual(world.cli.json("cache", "show", "--by", "project")[0]["answers"], 0)
            self.assertEqual(self.same(world, 1)["calls"], 1)
            self.assertEqual(world.daemon.rows("SELECT count(*) FROM call_journal WHERE answer IS NOT NULL"), [(2,)])

    def test_an_answer_that_comes_after_the_cancel_is_kept_for_the_retry(self):
        with World("--latency", "500ms") as world:
            batch = world.submit([1])
            wait_until(world.served, "the call in flight")
            self.assertEqual(world.client.ask("cancel", batch=batch)["changed"], 1)
            wait_until(lambda: world.daemon.rows("SELECT state FROM call_journal") == [("answered",)], "the answer, paid and journalled")
            world.client.ask("retry", batch=batch)
            self.assertEqual(self.ended(world, batch)["states"]["succeeded"], 1)
            self.assertEqual(len(world.served()), 1)

    def test_cancel_now_cuts_what_nobody_waits_for_and_charges_it_at_its_bound(self):
        with World("--latency", "60s", at_once=3) as world:
            batch = world.submit([1, 2])
            shared = [world.submit([3]) for _ in range(2)]
            wait_until(lambda: world.daemon.rows("SELECT count(*) FROM call_journal") == [(3,)], "three calls in flight")
            world.client.ask("cancel", batch=batch, now=True)
            world.client.ask("cancel", batch=shared[0], now=True)
            wait_until(lambda: len(world.daemon.rows("SELECT 1 FROM call_journal WHERE state = 'unknown'")) == 2, "two calls that are cut")
            rows = world.daemon.rows("SELECT state, error_class, charged_nusd = bound_nusd FROM call_journal ORDER BY call")
            self.assertEqual(sorted(rows, key=str), [("intent", None, None), ("unknown", "cancelled", 1), ("unknown", "cancelled", 1)])
            self.assertTrue(world.cli.json("cancel", "--all", "--now", "--yes"))
            wait_until(lambda: world.daemon.rows("SELECT count(*) FROM call_journal WHERE state = 'unknown'") == [(3,)], "the last one, cut")
            self.assertEqual(world.daemon.rows("SELECT sum(jobs) FROM jobs_by_state WHERE state <> 'cancelled'"), [(0,)])
            waste = world.cli.json("report", "waste")
            self.assertEqual([(row["waste"], row["calls"]) for row in waste], [("unknown", 3)])

    def test_a_retry_asks_only_what_is_missing(self):
        # Three chunks, one after the other. Every second request is refused for good: the second, and the fourth, which is its retry.
        world = World("--fault", "context_length:every 2", config="queue:\n  chunks_at_once: 1\n")
        world.daemon.pipeline("small", PIPELINE)
        with world:
            text = b"\n\n".join(source(number) + b"    # words\n" * 20 for number in range(3))
            batch = world.client.submit([({"path": "three.py", "pipeline": "small"}, text)], project="world")["batch"]
            for end, chunks, served in (("failed", 2, 3), ("failed", 2, 4), ("succeeded", 3, 5)):
                summary = self.ended(world, batch)
                self.assertEqual((summary["states"][end], summary["chunks_stored"], len(world.served())), (1, chunks, served))
                if end == "failed":
                    world.client.ask("retry", batch=batch)


if __name__ == "__main__":
    unittest.main()
