"""No request that cannot succeed is sent: what does not fit is refused before it costs anything, and every request has its limit.

The report that started this project: a prompt of 2,133 tokens, 125,874 asked for the answer, a window of 128,000, and the same
`context_length_exceeded` three times in a row.
"""
import unittest

from support.client import Refused
from support.server import Server
from support.world import World

MODELS = """models:
  report: {{base_url: "{url}", window_tokens: 128000, output_tokens_max: 126000, prices: {{input: 1USD, output: 1USD}}}}
  small: {{base_url: "{url}", window_tokens: 16000, output_tokens_max: 800, prices: {{input: 1USD, output: 1USD}}}}
  short: {{base_url: "{url}", window_tokens: 128000, input_tokens_max: 300, output_tokens_max: 800, prices: {{input: 1USD, output: 1USD}}}}
  openai-like: {{base_url: "{url}", window_tokens: 128000, output_tokens_max: 9000, prices: {{input: 0USD, output: 0USD}}, answer_limit_field: max_completion_tokens}}
"""
PIPELINE = """
name: {name}
steps:
  - validate
  - chunk
  - call: {{{call}}}
  - parse
  - store
"""
GREEDY = "prompt: docstrings, answer_tokens_max: 125874"
NARROW = 20_000
WINDOWS = f"""models:
  narrow: {{provider: openai, window_tokens: {NARROW}, output_tokens_max: 4000, prices: {{input: 1USD, output: 1USD}}}}
  roomy: {{provider: openai, window_tokens: 400000, output_tokens_max: 4000, prices: {{input: 1USD, output: 1USD}}}}
"""
# One chunk of 12 long definitions, where the model lets it.
LONG = """
name: long
steps:
  - validate
  - chunk: {limit_tokens: 200000, targets_max: 100}
  - call: {prompt: docstrings, answer_tokens_max: 4000}
  - parse
  - store
"""
SOURCE = "\n\n".join(f"def scale_{number:02}(value, factor):\n    # {'long ' * 200}\n    return value * factor\n" for number in range(12)).encode()


class Promise4NoRequestThatCannotSucceedIsSent(unittest.TestCase):
    def setUp(self):
        self.server = Server(lambda headers, asked: (400, {}, {"error": {"message": "no", "type": "invalid_request_error"}}))
        self.addCleanup(self.server.close)

    def world(self, **pipelines):
        world = World(config=MODELS.format(url=self.server.base_url))
        for name, call in pipelines.items():
            world.daemon.pipeline(name, PIPELINE.format(name=name, call=call))
        return world

    def refused(self, world, code, *words, **fields):
        """One job that fails with these words, and without a request, a call or a reservation."""
        job = world.job(0, **fields)
        self.assertEqual((job["state"], job["error"]["code"]), ("failed", code))
        for part in words:
            self.assertIn(part, job["error"]["message"])
        self.assertEqual((job["calls"], job["cost_nusd"]), (0, 0))
        self.assertEqual((self.server.heard, world.served()), ([], []))
        self.assertEqual(world.daemon.rows("SELECT count(*) FROM call_journal"), [(0,)])

    def test_the_report_that_started_it(self):
        with self.world(greedy=GREEDY) as world:
            self.refused(world, "too_large", "and the answer 125874, together more than the 128000 that 'report' takes",
                         "Lower the chunk step's limit_tokens or the call's answer_tokens_max", "one target and cannot be divided",
                         pipeline="greedy", model="report")

    def test_a_prompt_over_the_models_own_limit(self):
        with self.world() as world:
            self.refused(world, "too_large", "more than the 300 that 'short' takes as a prompt", model="short")

    def test_a_parameter_that_would_undo_the_limit(self):
        with self.world() as world:
            with self.assertRaises(Refused) as refused:
                world.submit([0], model="small", parameters={"max_tokens": 1_000_000})
            self.assertEqual(refused.exception.error, {"code": "invalid_request", "at": "/jobs/0/parameters/max_tokens",
                                                       "message": "'max_tokens' is set by docwright itself: leave it out"})

    def test_a_prompt_that_renders_to_nothing(self):
        with self.world(empty="user: '{{#targets}}{{/targets}} '") as world:
            self.refused(world, "configuration", "renders to nothing; it was not sent", pipeline="empty", model="small")

    def test_the_answers_limit_is_always_sent_and_fits(self):
        with self.world(greedy=GREEDY) as world:
            for number, (model, pipeline, field, limit) in enumerate((("small", "quick", "max_tokens", 800), ("report", "quick", "max_tokens", 2000),
                                                                      ("openai-like", "greedy", "max_completion_tokens", 9000))):
                world.job(number, model=model, pipeline=pipeline)
                _, asked = self.server.heard[-1]
                self.assertEqual((asked["model"], asked[field]), (model, limit))
                prompt = sum(len(message["content"].encode()) for message in asked["messages"])
                window = {"small": 16_000}.get(model, 128_000)
                self.assertLessEqual(prompt + asked[field], window)
            self.assertEqual(len(self.server.heard), 3)


class WhatIsTooLongIsDividedUnsent(unittest.TestCase):
    def world(self):
        world = World(config=WINDOWS)
        world.daemon.pipeline("long", LONG)
        world.daemon.pipeline("either", LONG.replace("name: long", "name: either").replace("{prompt", "{model: [narrow, roomy], prompt"))
        return world

    def run_job(self, world, **fields):
        batch = world.client.submit([({"path": "scales.py", **fields}, SOURCE)], project="world")["batch"]
        (job,) = world.at_rest(batch)
        self.assertEqual((job["state"], job["documents"], job["flagged"]), ("succeeded", 12, 0), job)
        return job

    def test_into_parts_that_fit(self):
        with self.world() as world:
            job = self.run_job(world, pipeline="long", model="narrow")
            self.assertGreater(job["chunks"], 1)
            served = world.simulator.served()
            self.assertEqual({(request["status"], request["fault"]) for request in served}, {(200, "")})
            self.assertEqual(len(served), job["chunks"], "each part once, and the whole never")
            self.assertEqual(world.daemon.rows("SELECT state, max(bound_tokens) <= ? FROM call_journal GROUP BY state", NARROW), [("answered", 1)])
            ((parts, size),) = world.daemon.rows('SELECT count(*), sum("end" - "begin") FROM chunks')
            self.assertEqual((parts, size), (job["chunks"], len(SOURCE)))

    def test_or_goes_to_a_larger_window(self):
        with self.world() as world:
            job = self.run_job(world, pipeline="either")
            self.assertEqual((job["chunks"], job["calls"]), (1, 1))
            self.assertEqual(world.daemon.rows("SELECT model FROM calls"), [("roomy",)])


if __name__ == "__main__":
    unittest.main()
