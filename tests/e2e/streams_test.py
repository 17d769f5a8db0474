"""Answers that come as streams: read whole, timed, charged like any other; a cut one stays charged; a person can watch them come."""
import unittest

from support.daemon import wait_until
from support.world import World

STREAM = "stream: always"


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


if __name__ == "__main__":
    unittest.main()
