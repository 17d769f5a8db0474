"""The report that started this project, where a provider still answers so: a question that it finds too long is sent exactly once, and then
goes to a larger window, or its chunk is divided. In the words of each provider, as the fixtures of its codec have them.

That such a question is prevented before it is sent is futile_requests_test.py.
"""
import collections
import json
import os
import unittest

from support.daemon import wait_until
from support.proxy import Proxy
from support.world import AT_REST, World

SOURCE = os.environ.get("DOCWRIGHT_SOURCE_DIR", ".")
# Where the simulator speaks each provider's format; whose words it uses, where they are not its own; further options.
FORMATS = {
    "openai": ("/v1", "openai", ""),
    "responses": ("/v1", "openai", "api: responses, "),
    "azure_openai": ("/openai", "azure_openai", ""),
    "anthropic": ("/anthropic/v1", "anthropic", ""),
    "gemini": ("/v1beta", "gemini", ""),
    "groq": ("/groq/openai/v1", "groq", "structured: tool, "),
    "openai_compatible": ("/v1", "openai_compatible", ""),
}
MODEL = """
  {name}: {{provider: {provider}, base_url: "{url}", key: {{env: REHEARSAL_KEY}}, api_name: {api_name}, {options}window_tokens: {window},
    output_tokens_max: 8000, prices: {{input: 1USD, output: 1USD}}}}
"""
WINDOW, WIDE = 200_000, 2_000_000
FUNCTIONS = 5
FITS = 2  # definitions in a question that is not refused


def overflows(provider):
    """[(status, body)] of the errors that say that a question is too long."""
    with open(os.path.join(SOURCE, "providers", provider, "fixtures", "errors.json"), encoding="utf-8") as file:
        errors = [case for case in json.load(file) if case["error"]["class"] == "context_length" and case.get("status", 200) >= 400]
    return [(case["status"], (case.get("raw") or json.dumps(case.get("body"))).encode()) for case in errors]


def functions(count):
    return "".join(f'def scale_{number}(value, factor):\n    """Scales."""\n    return value * factor\n\n\n' for number in range(count)).encode()


class AcceptanceAContextOverflowIsSentOnce(unittest.TestCase):
    """Models `KIND/FORMAT-N` answer with the Nth error of their format: `alone` and `narrow` always, `divided` to long questions only."""

    @classmethod
    def setUpClass(cls):
        cls.words = {form: overflows(provider) for form, (_, provider, _) in FORMATS.items()}
        cls.cases = [f"{form}-{number}" for form, words in cls.words.items() for number in range(len(words))]
        cls.world = World(REHEARSAL_KEY="an-invented-key")
        cls.proxy = Proxy(cls.world.simulator.base_url, cls.refuse)
        cls.world.daemon.configure("metrics_flush_interval: 100ms\ndefault_pipeline: quick\n" + cls.config())
        cls.world.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__(None)
        cls.proxy.close()

    @classmethod
    def config(cls):
        lines = ["models:"]
        for form, (path, _, options) in FORMATS.items():
            provider = "openai" if form == "responses" else form
            entry = {"provider": provider, "url": cls.proxy.address + path, "options": options}
            lines.append(MODEL.format(name=f"wide/{form}", api_name=f"wide-{form}", window=WIDE, **entry))
            lines += [MODEL.format(name=f"{kind}/{form}-{number}", api_name=f"{kind}-{form}-{number}", window=WINDOW, **entry)
                      for number in range(len(cls.words[form])) for kind in ("alone", "narrow", "divided")]
        lines += ["routes:", *(f"  route/{case}: {{targets: [narrow/{case}, wide/{case.rpartition('-')[0]}]}}" for case in cls.cases)]
        return "\n".join(lines) + "\n"

    @classmethod
    def refuse(cls, model, asked):
        kind, _, case = model.partition("-")
        if kind == "wide" or (kind == "divided" and json.dumps(asked).count("return value * factor") <= FITS):
            return None
        form, _, number = case.rpartition("-")
        return cls.words[form][int(number)]

    def run_all(self, kind, count):
        """{case: (job, [the bodies that its model was sent])} of a source of so many functions."""
        jobs = [({"path": f"m{number:03}.py", "model": f"{kind}/{case}"}, functions(count)) for number, case in enumerate(self.cases)]
        batch = self.world.client.submit(jobs, project=kind)["batch"]
        wait_until(lambda: all(job["state"] in AT_REST for job in self.world.jobs(batch)), "jobs that have ended", 120)
        target = {"route": "narrow"}.get(kind, kind)
        sent = collections.defaultdict(list)
        for model, body in self.proxy.heard:
            sent[model].append(body)
        return {job["model"].partition("/")[2]: (job, sent[job["model"].replace(f"{kind}/", f"{target}-")]) for job in self.world.jobs(batch)}

    def test_all_formats_have_words_for_it(self):
        self.assertEqual([form for form, words in self.words.items() if not words], [])

    def test_one_definition_in_one_window_fails_after_one_request(self):
        for case, (job, sent) in self.run_all("alone", 1).items():
            with self.subTest(case, words=self.words_of(case)):
                self.assertEqual((job["state"], job["error"]["code"], job["cost_nusd"]), ("failed", "call_failed", 0), job)
                self.assertIn("context_length", job["error"]["message"])
                self.assertEqual(len(sent), 1)

    def test_a_larger_window_is_asked_next(self):
        for case, (job, sent) in self.run_all("route", FUNCTIONS).items():
            with self.subTest(case, words=self.words_of(case)):
                self.assertEqual((job["state"], job["documents"], job["calls"]), ("succeeded", FUNCTIONS, 2), job)
                self.assertEqual(len(sent), 1)

    def test_without_one_the_chunk_is_divided(self):
        for case, (job, sent) in self.run_all("divided", FUNCTIONS).items():
            with self.subTest(case, words=self.words_of(case)):
                self.assertEqual((job["state"], job["documents"]), ("succeeded", FUNCTIONS), job)
                self.assertEqual(len(sent), len(set(sent)), "no question was sent twice")
                chunks = self.world.daemon.rows('SELECT "begin", "end" FROM chunks JOIN jobs USING (job) WHERE id = ? ORDER BY "begin"', job["id"])
                self.assertGreater(len(chunks), 1)
                self.assertEqual([chunks[0][0], chunks[-1][1]], [0, len(functions(FUNCTIONS))])
                self.assertTrue(all(first[1] == second[0] for first, second in zip(chunks, chunks[1:])))

    def words_of(self, case):
        form, _, number = case.rpartition("-")
        return self.words[form][int(number)][1].decode()


if __name__ == "__main__":
    unittest.main()
