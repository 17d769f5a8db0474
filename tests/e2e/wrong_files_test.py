"""Wrong files: each mistake of a pipeline or a configuration is one line with file, line, column and what was expected.

The same words for every way there is to meet them: `docwright pipeline lint`, `docwright config check`, and the daemon's own start.
"""
import os
import subprocess
import tempfile
import unittest

from support.cli import Cli, write
from support.daemon import BUILD, PATIENCE

CONFIGURATION = 78
HEAD = "name: p\nsteps:\n  - validate\n  - chunk\n"
TAIL = "  - parse\n  - store\n"
GOOD_CALL = "  - call: {prompt: docstrings}\n"


def call(options):
    return f"{HEAD}  - call: {{{options}}}\n{TAIL}"


# the pipeline, line:column, message
PIPELINES = [
    ("# name: p\nsteps: [validate, chunk, {call: {prompt: docstrings}}, parse, store]\n", "2:1",
     "'name' is missing: What a submit calls it; the file is NAME.yaml."),
    ("name: p\n", "1:1", "'steps' is missing: The steps in order, each as `step: {options}`."),
    ("name: p\nsteps: validate\n", "2:8", "'steps': expected a list of steps, got the text \"validate\""),
    ("name: p\nstep: []\n", "2:1", "unknown option 'step' (did you mean 'steps'?)"),
    ("[a, b]\n", "1:1", "expected a mapping of options, got a list"),
    ("name: p\nsteps:\n\t- validate\n", "3:2", "not valid YAML: a tab in the indentation: use blanks"),
    ("name: p\nsteps: [validate\n", "3:1", "not valid YAML: '[' without ']'"),
    ("name: p\nname: q\nsteps: []\n", "2:1", "'name' is given twice: first in line 1"),
    ("name: p\nsteps:\n  - chunck: {}\n", "3:5", "unknown step 'chunck' (did you mean 'chunk'?)"),
    ("name: p\nsteps:\n  - chunk\n" + GOOD_CALL + TAIL, "3:3", "a step 'validate' is missing"),
    (HEAD + TAIL, "5:5", "'parse' needs a step 'call' before it"),
    (HEAD + GOOD_CALL + "  - store\n", "6:5", "'store' needs a step 'parse' before it"),
    (HEAD + GOOD_CALL + TAIL + "  - store\n", "8:5", "a second 'store': expected one, and the first is in line 7"),
    (HEAD.replace("chunk", "chunk: {limit_tokens: 10}") + GOOD_CALL + TAIL, "4:27", "'chunk.limit_tokens': expected 50 to 1000000 tokens, got 10"),
    (call("prompt: docstring"), "5:20", "'call.prompt': unknown prompt 'docstring' (did you mean 'docstrings'?)"),
    (call("modle: gpt-5.4-mini, prompt: docstrings"), "5:12", "unknown option 'call.modle' (did you mean 'model'?)"),
    (call("model: gpt-5.4-mni, prompt: docstrings"), "5:19",
     "'call.model': unknown model 'gpt-5.4-mni' (did you mean 'gpt-5.4-mini'?); `docwright model list` names all"),
    (call("prompt: docstrings, user: x"), "5:38", "'call.user': expected either prompt or system and user, got both"),
    (call(""), "5:5", "'call.prompt': no question: expected prompt, or user (and system)"),
    (call("user: '{{#targets}}'"), "5:18", "'call.user': line 1, column 1: {{#targets}} is not closed"),
    (call("user: '{{coed}}'"), "5:18", "'call.user': line 1, column 1: unknown name 'coed' (did you mean 'code'?)"),
    (call("user: '{{steps.draft.text}}'"), "5:18", "'call.user': line 1, column 1: no step before this one that answers is named 'draft'"),
    (call("prompt: docstrings, retries: -1"), "5:41", "'call.retries': expected 0 to 20, got -1"),
    (call("prompt: docstrings, time_limit: 5"), "5:44", "'call.time_limit': expected a duration such as 150ms, 30s, 5m, 2h or 7d, got 5"),
    (call("prompt: docstrings, on_unknown: retry"), "5:44", "'call.on_unknown': expected one of repeat, park, fail; got 'retry'"),
    (call("prompt: docstrings, parameters: {max_tokens: 5}"), "5:44", "'call.parameters': 'max_tokens' is set by docwright itself: leave it out"),
    (call("prompt: docstrings, model: gpt-5.6-luna, parameters: {temperature: 0}"), "5:65",
     "'call.parameters': the model 'gpt-5.6-luna' refuses the parameter 'temperature': leave it out"),
    (call("name: a b, prompt: docstrings"), "5:18", "'call.name': expected 1 to 64 letters, digits, - or _, got 'a b'"),
    (HEAD + GOOD_CALL + "  - parse: {checks: {P99: off}}\n  - store\n", "6:21", "'parse.checks': unknown check 'P99'"),
    (HEAD + GOOD_CALL + "  - parse: {call: cal}\n  - store\n", "6:19",
     "'parse.call': no call before this step is named 'cal' (did you mean 'call'?)"),
]

SECRET = "a secret does not stand in the configuration itself: expected {env: NAME}, {file: PATH} or {credential: NAME}"
# the configuration, line:column, message
CONFIGURATIONS = [
    ("queu: {}\n", "1:1", "unknown option 'queu' (did you mean 'queue'?)"),
    ("queue:\n  job_max: 5\n", "2:3", "unknown option 'queue.job_max' (did you mean 'jobs_max'?)"),
    ("queue: 5\n", "1:8", "'queue': expected a mapping of options, got 5"),
    ("queue: {jobs_max: many}\n", "1:19", "'queue.jobs_max': expected a whole number, got the text \"many\""),
    ("queue: {jobs_max: 0}\n", "1:19", "'queue.jobs_max': expected 1 to 100000000 jobs, got 0"),
    ("queue: {deadline: 91d}\n", "1:19", "'queue.deadline': expected 1s to 90d, got 91d"),
    ("queue: {jobs_max: 1}\nqueue: {jobs_max: 2}\n", "2:1", "'queue' is given twice: first in line 1"),
    ("queue:\n\tjobs_max: 1\n", "2:10", "not valid YAML: a tab in the indentation: use blanks"),
    ("queue: {jobs_max: 1\n", "2:1", "not valid YAML: '{' without '}'"),
    (b"log: {level: \"in\xff\"}\n", "1:17", "the text is not valid UTF-8 here"),
    (b"log: \0\n", "1:6", "a NUL byte is not allowed here"),
    ("log: {level: warn}\n", "1:14", "'log.level': expected one of debug, info, warning, error; got 'warn'"),
    ("retention: {jobs: 90}\n", "1:19", "'retention.jobs': expected a duration such as 150ms, 30s, 5m, 2h or 7d, got 90"),
    ("outline: {memory_bytes_max: 1MiB}\n", "1:29", "'outline.memory_bytes_max': expected 67108864 to 68719476736 bytes, got 1MiB"),
    ("front_door: {frame_bytes_max: 16MB}\n", "1:31",
     "'front_door.frame_bytes_max': expected a number of bytes such as 65536, 64KiB or 16MiB, got the text \"16MB\""),
    ("http: {proxy: ftp://x}\n", "1:15", "'http.proxy': expected a URL that begins with http:// or https://, got the text \"ftp://x\""),
    ("providers: {openai: {key: sk-very-secret}}\n", "1:27", f"'providers.openai.key': {SECRET}"),
    ("budgets: [{limit: 1}]\n", "1:19", "'budgets[0].limit': expected an amount such as 0.50USD or $2, got 1"),
    ("budgets:\n  - scope: all\n", "2:3", "'budgets': number 1 limits nothing: expected limit, limit_tokens or both"),
    ("budgets: [{limit: 1USD},{limit: 2USD}]\n", "1:10", "'budgets': numbers 1 and 2 have the same scope and window: expected one"),
    ("model: gpt-5.4-mni\n", "1:8", "'model': unknown model 'gpt-5.4-mni' (did you mean 'gpt-5.4-mini'?)"),
    ("default_pipeline: docstring\n", "1:19", "'default_pipeline': unknown pipeline 'docstring' (did you mean 'docstrings'?)"),
    ("providers: {opnai: {base_url: http://x}}\n", "1:13", "'providers.opnai': unknown provider 'opnai' (did you mean 'openai'?)"),
    ("queue: {pipeline_jobs_at_once: {docstrngs: 2}}\n", "1:33",
     "'queue.pipeline_jobs_at_once.docstrngs': unknown pipeline 'docstrngs' (did you mean 'docstrings'?)"),
    ("models: [a]\n", "1:9", "'models': expected a mapping of names to models, got a list"),
    ("models: {gpt-5.4-mini: {window_token: 5}}\n", "1:25", "unknown option 'models.gpt-5.4-mini.window_token' (did you mean 'window_tokens'?)"),
    ("models: {x: {window_tokens: 5, output_tokens_max: 5, provider: opnai}}\n", "1:64",
     "'models.x.provider': there is no provider 'opnai' (did you mean 'openai'?)"),
]


class WrongFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dw-wrong-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.cli = Cli(self.folder)

    def path(self, name, text):
        write(self.folder, {name: text})
        return os.path.join(self.folder, name)

    def test_each_wrong_pipeline_gets_its_error(self):
        for text, at, message in PIPELINES:
            with self.subTest(message):
                file = self.path("p.yaml", text)
                self.assertEqual(self.cli.json("pipeline", "lint", file, code=CONFIGURATION), [{"at": f"{file}:{at}", "message": message}])

    def test_each_wrong_configuration_gets_its_error(self):
        for text, at, message in CONFIGURATIONS:
            with self.subTest(message):
                file = self.path("c.yaml", text)
                checked = self.cli.run("config", "check", "--config", file, code=CONFIGURATION)
                self.assertEqual((checked.stdout, checked.stderr), ("", f"{file}:{at}: {message}\n"))
                self.assertNotIn("very-secret", checked.stderr)

    def test_the_daemon_says_the_same_and_does_not_start(self):
        for number in (1, 9, 20, 22, 25, 26):  # of each kind one
            text, at, message = CONFIGURATIONS[number]
            with self.subTest(message):
                file = self.path("c.yaml", text)
                state = os.path.join(self.folder, "state")
                ended = subprocess.run([os.path.join(BUILD, "docwrightd"), "--state", state, "--config", file], capture_output=True,
                                       text=True, timeout=PATIENCE, check=False, env=self.cli.environment)
                self.assertEqual(ended.returncode, CONFIGURATION)
                self.assertTrue(ended.stderr.endswith(f" error {file}:{at}: {message}\n"), ended.stderr)
                self.assertFalse(os.path.exists(os.path.join(state, "docwright.db")), "nothing was begun")

    def test_all_errors_of_a_file_come_at_once(self):
        empty = self.cli.json("pipeline", "lint", self.path("p.yaml", ""), code=CONFIGURATION)
        self.assertEqual([row["message"].split()[0] for row in empty], ["'name'", "'steps'"])
        self.assertEqual({row["at"] for row in empty}, {os.path.join(self.folder, "p.yaml:1:1")})
        file = self.path("p.yaml", "name: p\nsteps:\n  - validate: {byts_max: 1}\n  - chunk: {limit_tokens: 1}\n  - cal: {}\n")
        rows = self.cli.json("pipeline", "lint", file, code=CONFIGURATION)
        self.assertEqual([row["at"].removeprefix(file) for row in rows], [":3:16", ":4:27", ":5:5"])

    def test_a_broken_pipeline_of_the_folder_is_an_error_of_the_configuration(self):
        self.path("pipelines/mine.yaml", "name: mine\nsteps: 5\n")
        file = self.path("c.yaml", f"pipelines: {self.folder}/pipelines\n")
        checked = self.cli.run("config", "check", "--config", file, code=CONFIGURATION)
        self.assertEqual(checked.stderr, f"{self.folder}/pipelines/mine.yaml:2:8: 'steps': expected a list of steps, got 5\n")


if __name__ == "__main__":
    unittest.main()
