"""Routes: another model answers where one cannot, each call charged by itself."""
import unittest

from support.simulator import Simulator
from support.world import World

SPARE = """
models:
  spare: {{base_url: "{0}", window_tokens: 128000, output_tokens_max: 16384, prices: {{input: 1USD, output: 2USD}}}}
routes:
  careful: {{targets: [gpt-5.4-mini, spare]}}
  never_empty: {{targets: [gpt-5.4-mini, offline]}}
"""


class Routes(unittest.TestCase):
    def test_another_model_answers_and_each_call_is_charged_by_itself(self):
        with Simulator() as spare, World("--fault", "server_error", config=SPARE.format(spare.base_url)) as world:
            batch = world.submit(range(5), model="careful")
            self.assertEqual({job["state"] for job in world.at_rest(batch)}, {"succeeded"})
            self.assertEqual(world.daemon.rows("SELECT DISTINCT route, model, state FROM calls ORDER BY model"),
                             [("careful", "gpt-5.4-mini", "failed"), ("careful", "spare", "answered")])
            charged = world.daemon.rows("SELECT sum(charged_nusd) FROM call_journal WHERE state = 'answered'")[0][0]
            self.assertEqual(sum(job["cost_nusd"] for job in world.jobs(batch)), charged)
            self.assertEqual(len(spare.served()), 5)

    def test_a_target_without_a_key_is_passed_over_with_a_word(self):
        config = ("models:\n  keyless: {provider: anthropic, window_tokens: 100000, output_tokens_max: 8000, prices: {input: 1USD, output: 2USD}}\n"
                  "routes:\n  mixed: {targets: [keyless, gpt-5.4-mini]}\n")
        with World(config=config, ANTHROPIC_API_KEY="") as world:
            self.assertEqual(world.job(0, model="mixed")["state"], "succeeded")
            self.assertIn('a route passes over models without a key route=mixed models=keyless', world.daemon.log_text())

    def test_a_key_that_many_calls_find_refused_is_said_once(self):
        with World("--fault", "auth", "--latency", "300ms", at_once=5) as world:
            world.at_rest(world.submit(range(5)))
            self.assertGreater(world.daemon.rows("SELECT count(*) FROM calls WHERE error_class = 'auth'")[0][0], 1)
            self.assertEqual(world.daemon.log_text().count("a key is refused"), 1)

    def test_an_offline_document_in_place_of_a_models_is_marked(self):
        with World("--fault", "server_error", call="retries: 0", config=SPARE.format("http://127.0.0.1:9")) as world:
            job = world.job(0, model="never_empty")
            self.assertEqual(job["state"], "succeeded")
            document = world.client.ask("result", jobs=[job["id"]])["documents"][0]["document"]
            self.assertEqual((document["provenance"]["model"], document["provenance"]["fallback"]), ("offline", True))


if __name__ == "__main__":
    unittest.main()
