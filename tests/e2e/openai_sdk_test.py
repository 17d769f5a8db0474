"""The official OpenAI client for Node and our simulator agree: what it asks is answered, what goes wrong it calls by the right name."""
import json
import os
import subprocess
import tempfile
import unittest

from support.simulator import Simulator

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "support", "openai_sdk.mjs")
KEY = "rehearsal-key"
FAULTS = {  # the client's name for it, and the status
    "rate_limit": ("RateLimitError", 429), "quota": ("RateLimitError", 429), "server_error": ("InternalServerError", 500),
    "overloaded": ("InternalServerError", 503), "conflict": ("ConflictError", 409), "not_found": ("NotFoundError", 404),
    "permission": ("PermissionDeniedError", 403), "context_length": ("BadRequestError", 400), "timeout": ("APIError", 408)}
SCENARIO = f"""
servers:
  good:
    provider: openai
    keys: [{{key: {KEY}}}, {{key: old, state: revoked}}, {{key: poor, state: out_of_quota}}, {{key: guest, state: forbidden}}]
  once: {{provider: openai, faults: [{{kind: rate_limit, to: 1, retry_after: 1s}}]}}
  error_frame: {{provider: openai, faults: [{{kind: error_frame, at_event: 3}}]}}
""" + "".join(f"  {fault}: {{provider: openai, faults: [{{kind: {fault}}}]}}\n" for fault in (*FAULTS, "cut_before", "silent"))


class TheOfficialClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(SCENARIO)
            file.flush()
            cls.simulator = Simulator("--scenario", file.name)
        cls.client = subprocess.Popen(["node", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @classmethod
    def tearDownClass(cls):
        cls.client.stdin.close()
        cls.client.wait(10)
        cls.client.stdout.close()
        cls.simulator.close()

    def ask(self, server, what, key=KEY, **options):
        order = {"base_url": self.simulator.servers[server], "key": key, "what": what, "options": options}
        self.client.stdin.write(json.dumps(order) + "\n")
        self.client.stdin.flush()
        line = self.client.stdout.readline()
        self.assertTrue(line, "the client did not run (scripts/setup installs it)")
        return json.loads(line)

    def served(self, server):
        return [request for request in self.simulator.served() if request["server"] == server]

    def test_plain_and_streamed_are_the_same_answer(self):
        plain, streamed = self.ask("good", "plain"), self.ask("good", "streamed")
        self.assertEqual((plain["finish"], plain["model"]), ("stop", "gpt-4o"))
        self.assertEqual(plain["usage"]["total_tokens"], plain["usage"]["prompt_tokens"] + plain["usage"]["completion_tokens"])
        for what in ("text", "finish", "usage", "model"):
            self.assertEqual(streamed[what], plain[what])
        self.assertGreater(streamed["chunks"], 4)

    def test_its_parser_takes_structured_answers(self):
        plain, streamed, tool = (self.ask("good", what) for what in ("structured", "structured_stream", "tool"))
        for answer in (plain, streamed, tool):
            self.assertEqual(set(answer["parsed"]), {"summary", "lines", "count"})
            self.assertIsInstance(answer["parsed"]["lines"], list)
            self.assertIsInstance(answer["parsed"]["count"], int)
        self.assertIsNone(plain["refusal"])
        self.assertEqual(tool["name"], "describe")

    def test_responses(self):
        plain, streamed = self.ask("good", "responses"), self.ask("good", "responses_stream")
        self.assertEqual(plain["status"], "completed")
        self.assertTrue(plain["text"])
        self.assertEqual((streamed["text"], streamed["usage"]), (plain["text"], plain["usage"]))
        self.assertEqual((streamed["events"][0], streamed["events"][-1]), ("response.created", "response.completed"))

    def test_its_helper_gathers_the_events_of_responses(self):
        gathered, tool = self.ask("good", "responses_gathered"), self.ask("good", "responses_tool")
        self.assertEqual(gathered["status"], "completed")
        for answer in (gathered, tool):
            self.assertEqual(set(answer["parsed"]), {"summary", "lines", "count"})
        self.assertEqual(tool["name"], "describe")

    def test_a_list_of_models(self):
        self.assertIn("gpt-4o", self.ask("good", "models")["names"])

    def test_what_goes_wrong_has_its_name(self):
        for fault, (name, status) in FAULTS.items():
            with self.subTest(fault):
                error = self.ask(fault, "plain")
                self.assertEqual((error.get("error"), error.get("status")), (name, status))
                self.assertTrue(error["request_id"])
        self.assertEqual(self.ask("context_length", "plain")["code"], "context_length_exceeded")
        self.assertEqual(self.ask("quota", "plain")["code"], "insufficient_quota")

    def test_keys_and_requests_that_are_wrong(self):
        before = len(self.served("good"))
        for key, name in (("nobody", "AuthenticationError"), ("old", "AuthenticationError"), ("poor", "RateLimitError"),
                          ("guest", "PermissionDeniedError")):
            self.assertEqual(self.ask("good", "plain", key)["error"], name)
        self.assertEqual(self.ask("good", "empty")["error"], "BadRequestError")
        self.assertEqual([request["cost_nusd"] for request in self.served("good")[before:]], [0] * 5)

    def test_connections_that_break(self):
        for fault, name, options in (("cut_before", "APIConnectionError", {}), ("silent", "APIConnectionTimeoutError", {"timeout": 300})):
            with self.subTest(fault):
                self.assertEqual(self.ask(fault, "plain", **options)["error"], name)
                [request] = self.served(fault)
                self.assertEqual((request["lost"], request["cost_nusd"] > 0), (True, True))

    def test_an_error_within_a_stream_is_one(self):
        self.assertEqual(self.ask("error_frame", "streamed")["error"], "APIError")

    def test_it_comes_again_when_it_is_told_to(self):
        self.assertEqual(self.ask("once", "plain", maxRetries=1)["finish"], "stop")
        self.assertEqual([request["status"] for request in self.served("once")], [429, 200])


if __name__ == "__main__":
    unittest.main()
