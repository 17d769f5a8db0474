"""The kill test: sources are acknowledged, the daemon is killed with SIGKILL again and again, and nothing is lost or paid twice.

    python3 kill_test.py [--seed N] [--sources N] [--kills N]

The clients' submits go on while the daemon dies: each is sent again, with its keys, until it is acknowledged. Afterwards, on the
database and the simulator's ledger:
  - every job that was acknowledged succeeded, and each target has one version;
  - of each question the simulator served at most one, and one for each attempt whose outcome a kill left unknown;
  - each settled attempt cost what the simulator says, to the nano-dollar; each unknown one is charged at least that.
"""
import argparse
import collections
import random
import sys
import threading
import time

from support.client import Client, NoReply
from support.daemon import PATIENCE, SLOW, Daemon
from support.simulator import Simulator

MESSAGE = 50  # jobs of one submit
CONFIG = "queue:\n  calls_at_once: 8\n  jobs_at_once: 32\nmodel: gpt-5.4-mini\n"


def source(number):
    return (f'def scale_{number}(value, factor={number}):\n    """Old words."""\n    if factor == 0:\n        raise ValueError("factor")\n'
            f"    return value * factor + {number}\n").encode()


class Submitter(threading.Thread):
    """Submits everything, message by message, as often as it takes."""

    def __init__(self, endpoint, sources):
        super().__init__(daemon=True)
        self.endpoint = endpoint
        self.sources = sources
        self.acknowledged = {}
        self.failure = None

    def run(self):
        client = Client(self.endpoint, timeout_ms=300)
        try:
            for begin in range(0, self.sources, MESSAGE):
                self.submit(client, range(begin, min(begin + MESSAGE, self.sources)))
        except Exception as error:  # the main thread tells it
            self.failure = error

    def submit(self, client, numbers):
        jobs = [({"path": f"pkg/m{number}.py", "key": f"source-{number}"}, source(number)) for number in numbers]
        while True:
            try:
                reply = client.submit(jobs, project="kill")
            except NoReply:
                continue
            for number, job in zip(numbers, reply["jobs"]):
                self.acknowledged[number] = job["id"]
            return


def question_of(request_id):
    """JOB.CHUNK.STEP.QUESTION.ATTEMPT without the attempt."""
    return request_id.rsplit(".", 1)[0]


class Check:
    def __init__(self):
        self.failures = []

    def that(self, holds, message):
        if not holds:
            self.failures.append(message)


def promise_1_acknowledged_is_durable(check, daemon, acknowledged, sources):
    states = daemon.rows("SELECT state, count(*) FROM jobs GROUP BY state")
    check.that(states == [("succeeded", sources)], f"jobs by state: {states}")
    known = {row[0] for row in daemon.rows("SELECT id FROM jobs")}
    check.that(set(acknowledged.values()) == known, "the acknowledged jobs are the stored ones")
    versions = daemon.rows("SELECT count(*), count(DISTINCT path || ' ' || symbol), max(version) FROM document_rows")[0]
    check.that(versions[0] == versions[1] and versions[2] == 1, f"documents, targets, highest version: {versions}")
    check.that(versions[0] >= sources, f"only {versions[0]} documents")


def promise_2_nothing_is_paid_twice(check, daemon, simulator):
    calls = daemon.rows("SELECT j.id, c.chunk, c.step, c.question, c.attempt, c.state, c.charged_nusd FROM call_journal c JOIN jobs j USING (job)")
    journal = {f"{row[0]}.{row[1]}.{row[2]}.{row[3]}.{row[4]}": (row[5], row[6]) for row in calls}
    served = simulator.served()
    cost = collections.Counter()
    times = collections.Counter()
    for request in served:
        cost[request["request_id"]] += request["cost_nusd"]
        times[question_of(request["request_id"])] += 1
    unknown = collections.Counter(question_of(key) for key, (state, _) in journal.items() if state == "unknown")
    for question, count in times.items():
        check.that(count <= 1 + unknown[question], f"{question} was served {count} times, with {unknown[question]} unknown attempts")
    for key, (state, charged) in journal.items():
        if state == "answered":
            check.that(charged == cost[key], f"{key}: charged {charged}, the simulator says {cost[key]}")
        elif state == "unknown":
            check.that(charged >= cost[key], f"{key}: unknown, charged {charged}, the simulator says {cost[key]}")
        else:
            check.that(cost[key] == 0, f"{key}: {state}, but the simulator charged {cost[key]}")
    check.that(set(cost) <= set(journal), "every request was journalled before it was sent")
    return len(served), sum(unknown.values())


def kill_again_and_again(daemon, chance, kills):
    recovery = []
    for _ in range(kills):
        time.sleep(chance.uniform(0.05, 0.9))
        daemon.kill()
        begun = time.monotonic()
        daemon.start()
        recovery.append(time.monotonic() - begun)
    return recovery


def wait_for_the_end(daemon, sources):
    client = daemon.client()
    deadline = time.monotonic() + 20 * PATIENCE
    while True:
        states = client.ask("stats")["states"]
        if states["succeeded"] + states["failed"] + states["cancelled"] >= sources:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not done in time: {states}\n{daemon.log_text()[-4000:]}")
        time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--sources", type=int, default=200 if SLOW else 2000)
    parser.add_argument("--kills", type=int, default=6 if SLOW else 20)
    options = parser.parse_args()
    print(f"seed {options.seed}: {options.sources} sources, {options.kills} kills", flush=True)
    chance = random.Random(options.seed)
    check = Check()
    with Simulator("--latency", "50ms") as simulator, Daemon(config=CONFIG, environment=simulator.environment()) as daemon:
        submitter = Submitter(daemon.endpoint(), options.sources)
        submitter.start()
        recovery = kill_again_and_again(daemon, chance, options.kills)
        submitter.join(PATIENCE)
        if submitter.failure or submitter.is_alive():
            raise AssertionError(f"submitting failed: {submitter.failure}")
        wait_for_the_end(daemon, options.sources)
        promise_1_acknowledged_is_durable(check, daemon, submitter.acknowledged, options.sources)
        served, unknown = promise_2_nothing_is_paid_twice(check, daemon, simulator)
        check.that(daemon.promises_hold(), "promise 3 is broken")
        check.that(daemon.stop() == 0, "the clean stop")
        print(f"{served} requests served, {unknown} attempts of unknown outcome, slowest restart {max(recovery):.2f} s")
    for failure in check.failures[:20]:
        print("FAILED:", failure)
    print(f"{len(check.failures)} failures, seed {options.seed}")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())
