"""The real docwrightd on a folder of its own."""
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from support.client import Client, NoReply

BUILD = os.environ.get("DOCWRIGHT_BUILD_DIR", "build/release")
# Sanitizers make everything slower; nothing waits longer than this without a reason.
PATIENCE = float(os.environ.get("DOCWRIGHT_TEST_PATIENCE", "30"))
SLOW = bool(os.environ.get("DOCWRIGHT_TEST_SLOW"))


class Daemon:
    def __init__(self, config="", environment=None, preexec=None, state=None, requests=None, log=None):
        self.state = state or tempfile.mkdtemp(prefix="dw-")
        self.log_file = log or os.path.join(self.state, "log")
        self.environment = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY") and not key.startswith("DOCWRIGHT_")}
        self.environment.pop("NOTIFY_SOCKET", None)
        self.environment.update(environment or {})
        self.preexec = preexec
        self.requests = requests
        self.process = None
        self.log = open(self.log_file, "ab")
        self.configure(config)

    # --- life

    def configure(self, config):
        self.config = os.path.join(self.state, "docwright.yaml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(config)

    def pipeline(self, name, text):
        """A pipeline of its own, beside the configuration; before the start."""
        folder = os.path.join(self.state, "pipelines")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name + ".yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    def command(self):
        return [os.path.join(BUILD, "docwrightd"), "--state", self.state]

    def start(self, wait=True):
        self.process = subprocess.Popen(self.command(), env=self.environment, stderr=self.log, preexec_fn=self.preexec)
        if wait:
            try:
                self.wait_ready()
            except AssertionError:
                self.process.kill()
                raise
        return self

    def wait_ready(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            if self.process.poll() is not None:
                raise AssertionError(f"docwrightd ended with {self.process.returncode}:\n{self.log_text()}")
            client = Client(self.endpoint(), timeout_ms=250)
            try:
                return client.ask("ping")
            except NoReply:
                if time.monotonic() > deadline:
                    raise AssertionError(f"docwrightd does not answer:\n{self.log_text()}") from None
            finally:
                client.close()

    def kill(self):
        """SIGKILL: what is on the disk is all that is left."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout=PATIENCE):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def restart(self):
        self.kill()
        return self.start()

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def close(self):
        if self.alive():
            self.kill()
        self.log.close()
        found = self.log_text()
        shutil.rmtree(self.state, ignore_errors=True)
        if "Sanitizer: " in found or "runtime error: " in found:
            raise AssertionError(f"a sanitizer's finding in the daemon:\n{found[-20000:]}")

    def __enter__(self):
        return self.start() if self.process is None else self

    def __exit__(self, kind, *_):
        if kind is not None:
            print(self.log_text()[-8000:])
        self.close()

    # --- what it offers

    def endpoint(self, name="sock"):
        return self.requests if self.requests and name == "sock" else f"ipc://{self.state}/docwright.{name}"

    def client(self, timeout_ms=None):
        return Client(self.endpoint(), timeout_ms or int(PATIENCE * 1000))

    def log_text(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def rows(self, sql, *parameters):
        """Read-only, as an operator would with sqlite3 -readonly."""
        connection = sqlite3.connect(f"file:{self.state}/docwright.db?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()

    def promises_hold(self):
        """Promises 2 and 3, and the kept counts, as views that must return no row."""
        return not any(self.rows(f"SELECT * FROM {view}") for view in ("promise_2_violations", "promise_3_violations", "count_violations"))


def wait_until(condition, what, patience=PATIENCE):
    """For conditions that no event announces (files, processes)."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s for {what}")
        time.sleep(0.02)
