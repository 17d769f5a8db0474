"""A simulator, a daemon that asks it, a client and a CLI: what most tests of a provider's conduct need."""
import collections
import tempfile

from support.cli import Cli
from support.daemon import Daemon, wait_until
from support.simulator import Simulator

PIPELINE = """
name: quick
steps:
  - validate
  - chunk
  - call: {{prompt: docstrings, answer_tokens_max: 2000{call}}}
  - parse
  - store
"""
AT_REST = ("succeeded", "failed", "cancelled", "waiting")
CONFIG = "model: gpt-5.4-mini\ndefault_pipeline: quick\nmetrics_flush_interval: 100ms\n"


class World:
    """`words` are the simulator's; `call` goes on with the options of the call step, `config` with the configuration. So many calls go
    out `at_once`, instead of one at first."""

    def __init__(self, *words, call="", config="", at_once=1, **environment):
        self.simulator = Simulator(*words)
        limits = f"limits: {{openai: {{calls_at_once_min: {at_once}}}}}\n" if at_once > 1 else ""
        self.daemon = Daemon(config=CONFIG + config + limits, environment={**self.simulator.environment(), **environment})
        self.daemon.pipeline("quick", PIPELINE.format(call=call and ", " + call))
        self.home = tempfile.TemporaryDirectory(prefix="dw-home-")
        self.cli = Cli(self.home.name, self.daemon.state)

    def __enter__(self):
        try:
            self.daemon.start()
        except BaseException:
            self.leave()
            raise
        self.client = self.daemon.client()
        return self

    def __exit__(self, kind, *_):
        """Whatever the test was about: its end is a look at the promises."""
        try:
            assert kind is not None or self.daemon.promises_hold(), "a view of promises or of counts has rows"
        finally:
            self.client.close()
            if kind is not None:
                print(self.daemon.log_text()[-8000:])
            self.leave()

    def leave(self):
        self.daemon.close()
        self.simulator.close()
        self.home.cleanup()

    def submit(self, numbers, **fields):
        """One small source for each number, all of the same length; the batch."""
        jobs = [({"path": f"m{number:03}.py", **fields}, source(number)) for number in numbers]
        return self.client.submit(jobs, project="world")["batch"]

    def jobs(self, batch):
        return self.client.ask("status", batch=batch, limit=1000)["jobs"]

    def at_rest(self, batch):
        """Its jobs, when each has ended or waits."""
        jobs = []

        def rest():
            jobs[:] = self.jobs(batch)
            return all(job["state"] in AT_REST for job in jobs)

        wait_until(rest, "jobs that have ended or are parked")
        return jobs

    def job(self, number, **fields):
        """One job from its submit to its rest."""
        return self.at_rest(self.submit([number], **fields))[0]

    def errors(self):
        """{(what, class, outcome): times} of `docwright report errors`."""
        times = collections.Counter()
        for row in self.cli.json("report", "errors"):
            times[row["what"], row["class"], row["outcome"]] += row["times"]
        return dict(times)

    def served(self):
        return [(request["status"], request["fault"]) for request in self.simulator.served()]


def source(number):
    return f'def scale_{number:03}(value, factor):\n    """Scales."""\n    return value * factor\n'.encode()

