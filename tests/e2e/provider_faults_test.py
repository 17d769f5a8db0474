"""A provider that misbehaves in every way it can: each job ends as promised, and `docwright report errors` shows why.

The jobs of a test come one after the other, and a fault of `every 2` hits each second request: the first job's question is answered,
the second job's is not, its next one is.
"""
import datetime
import unittest

from support.daemon import wait_until
from support.world import World

BOUND = 9_000_000  # an answer of 2,000 tokens costs as much, in nano-dollars; the prompt comes on top
PARKED = 75


class Promise5ErrorsAreToldApart(unittest.TestCase):
    # --- transient

    def test_what_passes_is_asked_again_until_it_has_passed(self):
        for fault, status, what in (("server_error", 500, "server"), ("overloaded", 503, "overloaded")):
            with self.subTest(fault), World("--fault", f"{fault}:every 2") as world:
                self.assertEqual([world.job(number)["state"] for number in range(2)], ["succeeded"] * 2)
                self.assertEqual(world.served(), [(200, ""), (status, fault), (200, "")])
                self.assertEqual(world.errors(), {("call", what, "failed"): 1})

    def test_what_does_not_pass_fails_after_its_retries(self):
        with World("--fault", "server_error", call="retries: 2") as world:
            job = world.job(0)
            self.assertEqual((job["state"], job["error"]["code"], job["cost_nusd"]), ("failed", "call_failed", 0))
            self.assertIn("tried 3 times, the last time (server, HTTP 500)", job["error"]["message"])
            self.assertEqual(len(world.served()), 3)
            self.assertEqual(world.errors(), {("call", "server", "failed"): 3, ("job", "call_failed", "failed"): 1})

    def test_a_rate_limit_is_waited_for_and_uses_no_retry_up(self):
        with World("--fault", "rate_limit:every 2", "--retry-after", "1s", call="retries: 0") as world:
            self.assertEqual([world.job(number)["state"] for number in range(2)], ["succeeded"] * 2)
            refused, again = [at(request["time"]) for request in world.simulator.served()[1:]]
            self.assertGreaterEqual((again - refused).total_seconds(), 1.0, "Retry-After is honoured")
            self.assertEqual(world.errors(), {("call", "rate_limit", "failed"): 1})

    def test_a_long_rate_limit_parks_everybody_until_then(self):
        with World("--fault", "rate_limit", "--retry-after", "1h") as world:
            first, second = world.job(0), world.job(1)
            for job in (first, second):
                self.assertEqual((job["state"], job["waiting"]["reason"]), ("waiting", "rate_limit"))
                self.assertGreater((at(job["waiting"]["until"]) - at(job["created_at"])).total_seconds(), 3590)
            self.assertEqual(len(world.served()), 1, "the second job did not even ask")
            self.assertEqual(world.errors(), {("call", "rate_limit", "failed"): 1, ("job", "rate_limit", "waiting"): 2})
            self.assertIn("Only parked jobs are left", world.cli.run("wait", first["batch"], code=PARKED).stderr)

    # --- permanent

    def test_a_refusal_is_never_asked_again(self):
        with World("--fault", "context_length", call="retries: 5") as world:
            job = world.job(0)
            self.assertEqual((job["state"], job["error"]["code"]), ("failed", "call_failed"))
            self.assertIn("lower the chunk step's limit_tokens", job["error"]["message"])
            self.assertEqual(world.served(), [(400, "context_length")])
            self.assertEqual(world.errors(), {("call", "context_length", "failed"): 1, ("job", "call_failed", "failed"): 1})

    def test_an_exhausted_quota_parks_the_job_instead_of_failing_it(self):
        with World("--fault", "quota", call="retries: 5") as world:
            first, second = world.job(0), world.job(1)
            for job in (first, second):
                self.assertEqual((job["state"], job["waiting"]["reason"]), ("waiting", "quota"))
                self.assertIn("You exceeded your current quota", job["waiting"]["detail"])
            self.assertEqual(world.served(), [(429, "quota")])
            self.assertEqual(world.errors(), {("call", "quota", "failed"): 1, ("job", "quota", "waiting"): 2})
            world.cli.run("wait", first["batch"], code=PARKED)
            # The account may have been topped up, or the key replaced: a start looks again, once.
            world.daemon.restart()
            wait_until(lambda: len(world.served()) == 2, "one more question")
            for job in (first, second):
                self.assertEqual(world.at_rest(job["batch"])[0]["waiting"]["reason"], "quota")
            self.assertEqual(len(world.served()), 2)

    # --- nobody knows

    def test_a_lost_answer_stays_charged_and_is_asked_for_again(self):
        quick = "http:\n  first_byte_time_max: 1s\n"
        for fault, what in (("cut_before", "network"), ("cut_body", "network"), ("silent", "timeout")):
            with self.subTest(fault), World("--fault", f"{fault}:every 2", config=quick) as world:
                whole, lost = world.job(0), world.job(1)
                self.assertEqual([whole["state"], lost["state"]], ["succeeded"] * 2)
                self.assertEqual((lost["calls"], lost["calls_unknown"]), (2, 1))
                spent = sum(request["cost_nusd"] for request in world.simulator.served()[1:])
                self.assertGreaterEqual(lost["cost_nusd"], max(spent, BOUND), "the lost call is charged at its bound")
                self.assertEqual(world.errors(), {("call", what, "unknown"): 1})

    def test_the_pipeline_says_what_becomes_of_a_lost_answer(self):
        for on_unknown, state, asked in (("repeat", "failed", 2), ("fail", "failed", 1), ("park", "waiting", 1)):
            with self.subTest(on_unknown), World("--fault", "cut_before", call=f"retries: 1, on_unknown: {on_unknown}") as world:
                job = world.job(0)
                self.assertEqual((job["state"], len(world.served()), job["calls_unknown"]), (state, asked, asked))
                self.assertIn("at its bound", str(job.get("error") or job["waiting"]))
                reason = "unknown" if on_unknown == "park" else "call_failed"
                self.assertEqual(world.errors(), {("call", "network", "unknown"): asked, ("job", reason, state): 1})

    def test_nobody_there_is_no_verdict_about_the_job(self):
        with World(call="retries: 1") as world:
            world.simulator.close()
            job = world.job(0)
            self.assertEqual((job["state"], job["waiting"]["reason"], job["cost_nusd"]), ("waiting", "provider_down", 0))
            self.assertEqual(world.errors(), {("call", "connect", "failed"): 2, ("job", "provider_down", "waiting"): 1})

    # --- answers that are wrong

    def answer(self, fault, questions, flagged, *shown):
        """One job: how many questions it took, whether its document is flagged, what the report shows of its answers."""
        with World("--fault", fault) as world:
            job = world.job(0)
            self.assertEqual((job["state"], job["calls"], job["flagged"], job["documents"]), ("succeeded", questions, flagged, 1))
            self.assertEqual(len(world.served()), questions)
            wait_until(world.errors, "the report of what was wrong")
            self.assertLessEqual(set(shown), set(world.errors()))
            findings = world.cli.json("result", job["batch"])[0]["document"]["checks"]["findings"]
            self.assertTrue(findings, "the document says it as well")

    def test_prose_around_the_answer_is_mended_without_a_question(self):
        self.answer("prose", 1, 0, ("answer", "J01", "fixed"))

    def test_half_an_answer_is_asked_again_once_and_flagged(self):
        self.answer("half_json", 2, 1, ("answer", "S04", "error"))

    def test_a_cut_answer_is_asked_again_with_a_higher_limit_and_flagged(self):
        self.answer("truncated", 2, 1, ("answer", "S04", "error"))

    def test_wrong_names_are_asked_about_once_and_flagged(self):
        self.answer("wrong_names", 2, 1, ("answer", "P01", "error"), ("answer", "P02", "error"))

    def test_an_answer_that_is_right_the_second_time_is_not_flagged(self):
        with World("--fault", "wrong_names:every 2") as world:
            self.assertEqual([world.job(number)["flagged"] for number in range(3)], [0, 0, 0])
            self.assertEqual([fault for _, fault in world.served()], ["", "wrong_names", "", "wrong_names", ""])


def at(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


if __name__ == "__main__":
    unittest.main()
