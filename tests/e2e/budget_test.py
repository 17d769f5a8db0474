"""64 concurrent calls against a budget that allows ten: never above it at any instant, whatever else happens. And a budget of a job's own.

While the daemon works, a read-only connection looks at the ledger all the time, as an operator could; at the end the simulator's own
ledger is compared with it. All sources are of one length, so that each call reserves the same bound.
"""
import os
import sqlite3
import threading
import unittest

from support.cli import write
from support.daemon import wait_until
from support.world import CONFIG, World, source

JOBS = 64
FAILED, BUDGET, PARKED = 1, 3, 75
SENTENCE = r"^budget 'all' \(0\.\d+ USD\): 0\.\d+ USD committed, this call needs up to 0\.\d+ USD$"
TWO_CHUNKS = """
name: two
steps:
  - validate
  - chunk: {targets_max: 1}
  - call: {prompt: docstrings, answer_tokens_max: 2000}
  - parse
  - store
"""


class Watcher(threading.Thread):
    """Looks at the budget until it is told to stop; remembers the worst."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.database = f"file:{daemon.state}/docwright.db?mode=ro"
        self.stopped = threading.Event()
        self.looks = 0
        self.highest = 0.0
        self.worst = []

    def run(self):
        connection = sqlite3.connect(self.database, uri=True, timeout=10, isolation_level=None)
        while not self.stopped.wait(0.002):
            connection.execute("BEGIN")
            over = connection.execute("SELECT committed_usd, limit_usd FROM budgets WHERE committed_usd > limit_usd").fetchall()
            over += connection.execute("SELECT * FROM promise_3_violations").fetchall()
            highest = connection.execute("SELECT max(committed_usd / limit_usd) FROM budgets").fetchone()[0]
            connection.execute("COMMIT")
            self.looks += 1
            self.highest = max(self.highest, highest or 0)
            self.worst += over
        connection.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()


class Promise3TheCeilingHolds(unittest.TestCase):
    def budgeted(self, world, calls):
        """Room for so many calls at once, beside what the first one has cost."""
        self.assertEqual(world.job(0)["state"], "succeeded")
        self.bound, self.cost = world.daemon.rows("SELECT bound_nusd, charged_nusd FROM call_journal")[0]
        self.limit = self.set(world, self.cost + calls * self.bound)

    def set(self, world, nusd):
        world.cli.run("budget", "set", f"{nusd / 1e9:.9f}USD")
        return nusd

    def paid(self, world):
        return sum(request["cost_nusd"] for request in world.simulator.served())

    def ledger(self, world):
        """settled, unknown, reserved"""
        return world.daemon.rows("SELECT settled_nusd, unknown_nusd, reserved_nusd FROM budget_windows")[0]

    def states(self, world, batch):
        return {state: count for state, count in world.client.ask("status", batch=batch)["summary"]["states"].items() if count}

    def test_what_will_be_released_is_waited_for_and_fails_no_job(self):
        with World("--latency", "50ms") as world:
            self.budgeted(world, 10)
            with Watcher(world.daemon) as watcher:
                batch = world.submit(range(1, JOBS + 1))
                self.assertTrue(world.client.ask("wait", batch=batch, timeout="60s")["done"])
            self.assertEqual(watcher.worst, [])
            self.assertGreater(watcher.looks, 10)
            self.assertGreater(watcher.highest, 0.9, "the budget was made use of")
            self.assertEqual(self.states(world, batch), {"succeeded": JOBS})
            # The probe's settlement is not in the ledger of a budget that came later.
            self.assertEqual(self.ledger(world)[1:], (0, 0))
            self.assertEqual(self.ledger(world)[0], self.paid(world) - self.cost)
            self.assertEqual(len(world.served()), 1 + JOBS)
            self.assertIn(world.simulator.totals()["in_flight_max"], range(2, 11))

    def test_what_does_not_fit_parks_says_so_and_goes_on_when_the_budget_is_raised(self):
        with World("--latency", "20ms") as world:
            self.budgeted(world, 1)
            self.limit = self.set(world, self.bound + 10 * self.cost)
            with Watcher(world.daemon) as watcher:
                batch = world.submit(range(1, JOBS + 1))
                jobs = world.at_rest(batch)
                done = [job for job in jobs if job["state"] == "succeeded"]
                parked = [job for job in jobs if job["state"] == "waiting"]
                self.assertEqual(len(done) + len(parked), JOBS)
                self.assertAlmostEqual(len(done), 10, delta=3)  # answers differ in length
                settled, unknown, reserved = self.ledger(world)
                self.assertEqual((unknown, reserved), (0, 0))
                self.assertLessEqual(settled, self.limit)
                self.assertGreater(settled + self.bound, self.limit, "there was no room for one more")
                for job in parked:
                    self.assertEqual(job["waiting"]["reason"], "budget")
                    self.assertRegex(job["waiting"]["detail"], SENTENCE)
                self.assertIn("Only parked jobs are left", world.cli.run("wait", batch, code=PARKED).stderr)
                self.assertEqual(world.errors()[("job", "budget", "waiting")], len(parked))
                self.set(world, JOBS * self.bound)
                world.cli.run("wait", batch)
            self.assertEqual(watcher.worst, [])
            self.assertEqual(self.states(world, batch), {"succeeded": JOBS})
            self.assertEqual(self.ledger(world)[0], self.paid(world) - self.cost)

    def test_ten_calls_that_a_kill_cut_off_use_it_up(self):
        with World("--latency", "500ms", at_once=10) as world:
            self.budgeted(world, 10)
            self.limit = self.set(world, 10 * self.bound)
            with Watcher(world.daemon) as watcher:
                batch = world.submit(range(1, JOBS + 1))
                wait_until(lambda: len(world.served()) == 1 + 10, "ten calls in flight")
                world.daemon.restart()
                jobs = world.at_rest(batch)
                self.assertEqual({job["waiting"]["reason"] for job in jobs}, {"budget"})
                self.assertEqual(len(world.served()), 1 + 10, "nobody asked for more than there was")
                self.assertEqual(self.ledger(world), (0, self.limit, 0))
                self.assertEqual(watcher.highest, 1.0)
                world.cli.run("wait", batch, code=PARKED)
                self.set(world, (10 + JOBS) * self.bound)
                world.cli.run("wait", batch)
            self.assertEqual(watcher.worst, [])
            self.assertEqual(self.states(world, batch), {"succeeded": JOBS})
            # Ten were paid twice by the kill, and stay charged at their bound.
            settled, unknown, reserved = self.ledger(world)
            self.assertEqual((unknown, reserved), (10 * self.bound, 0))
            self.assertGreaterEqual(settled + unknown, self.paid(world) - self.cost)

    def test_a_budget_raised_before_a_refused_job_has_parked_is_not_missed(self):
        """One chunk does not fit and waits for more; the job parks only when its other chunk has its answer."""
        world = World("--latency", "3s")
        world.daemon.pipeline("two", TWO_CHUNKS)
        with world:
            self.budgeted(world, 1)
            self.set(world, self.bound + self.bound // 10)
            large = "def large(value):\n" + "    value = value + 1\n" * 1000 + "    return value\n"
            job = {"path": "m.py", "pipeline": "two"}
            batch = world.client.submit([(job, source(1) + b"\n\n" + large.encode())], project="world")["batch"]
            wait_until(lambda: len(world.served()) == 1 + 1, "the small chunk's call in flight")
            wait_until(lambda: ("step", "call", "budget") in self.operations(world), "the large chunk's refusal")
            self.assertEqual(world.jobs(batch)[0]["state"], "running")
            self.set(world, 10 * self.bound)
            self.assertTrue(world.client.ask("wait", batch=batch, timeout="30s")["done"])
            self.assertEqual(self.states(world, batch), {"succeeded": 1})

    def operations(self, world):
        return set(world.daemon.rows("SELECT kind, name, outcome FROM metrics_by_minute"))

    def test_a_price_that_comes_with_a_restart_is_not_missed(self):
        model = "models:\n  own/x: {{provider: openai, window_tokens: 100000, output_tokens_max: 8000{}}}\nunpriced_models: allow\nbudgets: [{{limit: 1USD}}]\n"
        with World(config=model.format("")) as world:
            job = world.job(1, model="own/x")
            self.assertEqual(job["waiting"]["reason"], "budget")
            self.assertIn("add its price to models.yaml", job["waiting"]["detail"])
            world.daemon.configure(CONFIG + model.format(", prices: {input: 1USD, output: 2USD}"))
            world.daemon.restart()
            world.cli.run("wait", job["batch"])

    def test_a_limit_below_what_is_committed_refuses_new_reservations_only(self):
        with World("--latency", "500ms") as world:
            self.budgeted(world, 10)
            batch = world.submit(range(1, 9))
            wait_until(lambda: len(world.served()) == 1 + 8, "eight calls in flight")
            self.set(world, 1)
            late = world.submit([9])
            self.assertEqual(world.at_rest(late)[0]["waiting"]["reason"], "budget")
            self.assertIn("more than the whole budget", world.jobs(late)[0]["waiting"]["detail"])
            self.assertTrue(world.client.ask("wait", batch=batch, timeout="30s")["done"])
            self.assertEqual(self.states(world, batch), {"succeeded": 8})
            self.assertEqual(len(world.served()), 1 + 8)
            self.assertGreater(self.ledger(world)[0], 1, "what was committed is settled, above the new limit")
            self.assertTrue(world.daemon.promises_hold())


class Promise6WhatAJobsOwnBudgetCanNeverPayEndsIt(unittest.TestCase):
    def setUp(self):
        world = World("--latency", "20ms")
        world.daemon.pipeline("two", TWO_CHUNKS)
        self.world = self.enterContext(world)
        self.path = os.path.join(world.home.name, "m.py")
        write(world.home.name, {"m.py": source(1) + b"\n\n" + source(2)})
        self.assertEqual(world.job(0)["state"], "succeeded")
        self.bound = world.daemon.rows("SELECT bound_nusd FROM call_journal")[0][0]

    def submit(self, nusd, code):
        done = self.world.cli.run("submit", self.path, "--project", "world", "--pipeline", "two", "--budget", f"{nusd / 1e9:.9f}USD", "--wait",
                                  code=code)
        return done.stdout.strip(), done.stderr

    def test_it_fails_soon_and_says_what_it_needs_and_what_was_stored_stays(self):
        world = self.world
        batch, words = self.submit(self.bound + self.bound // 500, BUDGET)  # one chunk at a time; what it costs is missing for the other
        self.assertIn("1 of 1 jobs failed, each for want of its budget", words)
        job = world.jobs(batch)[0]
        self.assertEqual((job["state"], job["error"]["code"], job["documents"], job["calls"]), ("failed", "budget_exceeded", 1, 1))
        self.assertRegex(job["error"]["message"], r"^chunk [01], step 'call', model 'gpt-5\.4-mini': the job's budget \(0\.\d+ USD\) has "
                         r"0\.\d+ USD left, and this call needs up to 0\.\d+ USD: submit the source again with a larger one$")
        self.assertEqual(world.errors()[("job", "budget_exceeded", "failed")], 1)
        world.cli.run("wait", batch, code=BUDGET)
        # As it says: and what was paid is not paid again.
        batch, _ = self.submit(10 * self.bound, 0)
        self.assertEqual(world.jobs(batch)[0]["calls"], 1)
        self.assertEqual(len(world.served()), 1 + 2)

    def test_a_retry_finds_the_same_budget(self):
        batch, _ = self.submit(1, BUDGET)
        self.world.cli.run("retry", batch)
        self.world.cli.run("wait", batch, code=BUDGET)
        self.assertEqual(len(self.world.served()), 1, "nothing was sent for it")

    def test_beside_another_failure_it_is_one_of_several(self):
        batch, _ = self.submit(1, BUDGET)
        other = self.world.client.submit([({"path": "a.min.js"}, b"x" * 10_000)], project="world")["batch"]
        self.world.cli.run("wait", other, code=FAILED)
        self.world.cli.run("wait", batch, other, code=FAILED)


if __name__ == "__main__":
    unittest.main()
