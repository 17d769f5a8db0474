"""`docwright simulator`: a provider on the loopback, with faults, and a ledger of what it served."""
import json
import os
import subprocess
import tempfile
import urllib.request

from support.daemon import BUILD


class Simulator:
    def __init__(self, *words):
        self.folder = tempfile.mkdtemp(prefix="dw-sim-")
        self.ledger_file = os.path.join(self.folder, "ledger.jsonl")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DOCWRIGHT_")}
        self.process = subprocess.Popen([os.path.join(BUILD, "docwright"), "simulator", "--ledger", self.ledger_file, *words],
                                        stdout=subprocess.PIPE, text=True, env=environment)
        started = json.loads(self.process.stdout.readline())
        self.base_url = started["base_url"]
        self.servers = {name: server["base_url"] for name, server in started["servers"].items()}

    def environment(self):
        """What a daemon needs to ask it."""
        return {"OPENAI_API_KEY": "simulated-key", "OPENAI_BASE_URL": self.base_url}

    def served(self):
        """Each request that it took, as it wrote it down."""
        with open(self.ledger_file, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def totals(self):
        """What it counted itself: requests, cost, the most at once, ..."""
        with urllib.request.urlopen(self.base_url.removesuffix("/v1") + "/ledger", timeout=10) as reply:
            return json.load(reply)

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
