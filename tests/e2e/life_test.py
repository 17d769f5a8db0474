"""Start, end, kill -9: one daemon at a time, nothing acknowledged is lost, bad starts say why."""
import json
import os
import resource
import signal
import socket
import subprocess
import unittest

from support.client import Client, Refused
from support.daemon import BUILD, PATIENCE, Daemon, wait_until

SOURCE = b"def f(x):\n    return x\n"


def run(*words):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DOCWRIGHT_")}
    return subprocess.run([os.path.join(BUILD, "docwrightd"), *words], capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment)


def jobs(count, **fields):
    return [({"model": "offline", "path": f"m{i}.py", **fields}, SOURCE + f"# {i}\n".encode()) for i in range(count)]


class Life(unittest.TestCase):
    def test_what_was_acknowledged_survives_a_kill(self):
        with Daemon() as daemon:
            client = daemon.client()
            batches = []
            for i in range(4):
                batches.append(client.submit([(dict(job, key=f"{i}-{job['path']}"), source) for job, source in jobs(25)], project="p")["batch"])
                instance = client.ask("ping")["instance"]
                daemon.restart()
                self.assertNotEqual(client.ask("ping")["instance"], instance)
            for batch in batches:
                waited = client.ask("wait", batch=batch, timeout="60s")
                self.assertEqual(waited["summary"]["states"]["succeeded"], 25, waited)
            # Sent again, as a client would that saw no reply: nothing new.
            again = client.submit([(dict(job, key=f"0-{job['path']}"), source) for job, source in jobs(25)], project="p")
            self.assertTrue(all(job["duplicate"] for job in again["jobs"]))
            twice = daemon.rows("SELECT count(*) FROM (SELECT job, symbol FROM document_rows GROUP BY job, symbol HAVING count(*) > 1)")
            self.assertEqual(twice, [(0,)])
            self.assertTrue(daemon.promises_hold())
            client.close()

    def test_a_clean_stop_says_so(self):
        with Daemon() as daemon:
            client = daemon.client()
            client.submit(jobs(50))
            self.assertEqual(daemon.stop(), 0)
            self.assertIn("stopped", daemon.log_text())
            self.assertFalse(os.path.exists(f"{daemon.state}/docwright.sock"))
            daemon.start()
            self.assertNotIn("ended without saying so", daemon.log_text())
            wait_until(lambda: client.ask("stats")["states"]["succeeded"] == 50, "the jobs of before")
            client.close()

    def test_a_second_signal_ends_at_once(self):
        with Daemon(config="drain_time_max: 60s\n") as daemon:
            daemon.process.send_signal(signal.SIGTERM)
            daemon.process.send_signal(signal.SIGTERM)
            self.assertEqual(daemon.process.wait(PATIENCE), 0)

    def test_a_second_daemon_is_refused_and_names_the_first(self):
        with Daemon() as daemon:
            second = run("--state", daemon.state)
            self.assertEqual(second.returncode, 69, second.stderr)
            self.assertIn(f"process {daemon.process.pid}", second.stderr)
            self.assertTrue(daemon.alive())
            self.assertTrue(daemon.client().ask("ping")["ok"], "its sockets were left alone")

    def test_wrong_words_on_the_command_line(self):
        for words, code, part in [
            (["--stat", "x"], 2, "did you mean '--state'?"),
            (["--state"], 2, "--state needs a value"),
            (["status"], 2, "unknown option 'status'"),
            (["--config", "/nonexistent/x.yaml", "--state", "/tmp/x"], 78, "/nonexistent/x.yaml"),
        ]:
            with self.subTest(words):
                ended = run(*words)
                self.assertEqual(ended.returncode, code, ended.stderr)
                self.assertIn(part, ended.stderr)
        self.assertEqual(run("--version").stdout.split()[0], "docwrightd")
        self.assertEqual(run("--help").returncode, 0)

    def test_a_wrong_configuration_names_the_place(self):
        daemon = Daemon(config="front_door:\n  frame_bytes: 1MiB\n")
        ended = run("--state", daemon.state)
        self.assertEqual(ended.returncode, 78, ended.stderr)
        self.assertIn("docwright.yaml:2:3", ended.stderr)
        self.assertIn("frame_bytes_max", ended.stderr)
        daemon.close()

    def test_a_path_too_long_for_a_socket_is_refused_with_advice(self):
        daemon = Daemon()
        folder = os.path.join(daemon.state, "x" * 100)
        ended = run("--state", folder)
        self.assertEqual(ended.returncode, 78, ended.stderr)
        self.assertIn("107", ended.stderr)
        daemon.close()

    def test_something_else_in_the_way_of_a_socket_stays(self):
        daemon = Daemon()
        with open(f"{daemon.state}/docwright.sock", "w", encoding="utf-8") as file:
            file.write("precious")
        ended = run("--state", daemon.state)
        self.assertEqual(ended.returncode, 78, ended.stderr)
        self.assertIn("is in the way", ended.stderr)
        with open(f"{daemon.state}/docwright.sock", encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious")
        daemon.close()

    def test_a_stale_socket_is_no_obstacle(self):
        daemon = Daemon()
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(f"{daemon.state}/docwright.sock")
        stale.close()
        daemon.start()
        self.assertEqual(os.stat(f"{daemon.state}/docwright.sock").st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(f"{daemon.state}/docwright.db").st_mode & 0o777, 0o600)
        daemon.close()

    def test_loopback_is_served_and_the_world_is_not(self):
        port = free_port()
        with Daemon(config=f"front_door:\n  requests: tcp://127.0.0.1:{port}\n", requests=f"tcp://127.0.0.1:{port}") as local:
            self.assertEqual(local.client().ask("ping")["endpoints"]["requests"], f"tcp://127.0.0.1:{port}")
        daemon = Daemon(config="front_door:\n  requests: tcp://0.0.0.0:45871\n")
        ended = run("--state", daemon.state)
        self.assertEqual(ended.returncode, 78, ended.stderr)
        self.assertIn("this machine only", ended.stderr)
        daemon.close()

    def test_more_connections_than_descriptors_do_no_harm(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))

        with Daemon(preexec=few) as daemon:
            client = daemon.client()
            client.ask("ping")
            crowd = []
            for _ in range(600):
                each = socket.socket(socket.AF_UNIX)
                each.settimeout(1)
                try:
                    each.connect(f"{daemon.state}/docwright.sock")
                except OSError:
                    each.close()
                    continue
                crowd.append(each)
            self.assertTrue(daemon.alive(), daemon.log_text())
            self.assertTrue(client.ask("ping")["ok"], "who was there first is served")
            for each in crowd:
                each.close()
            late = Client(daemon.endpoint(), timeout_ms=int(PATIENCE * 1000))
            self.assertTrue(late.ask("ping")["ok"], "and new ones, when there is room")
            late.close()
            client.close()

    def test_no_core_dump_and_no_secret_in_the_log(self):
        with Daemon(environment={"OPENAI_API_KEY": "sk-very-secret-indeed"}) as daemon:
            client = daemon.client()
            models = {each["name"]: each for each in client.ask("models")["models"]}
            self.assertIn("found", {each["credentials"] for each in models.values()})
            self.assertNotIn("very-secret", json.dumps(models) + daemon.log_text())
            with open(f"{daemon.state}/docwright.db", "rb") as database:
                self.assertNotIn(b"very-secret", database.read())
            client.close()

    def test_while_it_stops_nothing_new_is_accepted(self):
        with Daemon(environment={"OPENAI_API_KEY": "x" * 8, "OPENAI_BASE_URL": f"http://127.0.0.1:{silent_port(self)}/v1"},
                    config="drain_time_max: 2s\nmodel: gpt-5.4-mini\n") as daemon:
            client = daemon.client()
            batch = client.submit([({"path": "slow.py"}, SOURCE)])["batch"]
            wait_until(lambda: client.ask("stats")["calls_in_flight"] == 1, "a call in flight")
            daemon.process.send_signal(signal.SIGTERM)
            wait_until(lambda: "stopping" in daemon.log_text(), "the stop")
            with self.assertRaises(Refused) as refused:
                client.submit(jobs(1))
            self.assertEqual(refused.exception.code, "unavailable")
            self.assertEqual(daemon.process.wait(PATIENCE), 0)
            daemon.start()
            states = client.ask("status", batch=batch)["summary"]
            self.assertEqual(states["jobs"], 1)
            self.assertTrue(daemon.promises_hold())
            client.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def silent_port(test):
    """A server that takes connections and says nothing."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    test.addCleanup(listener.close)
    return listener.getsockname()[1]


if __name__ == "__main__":
    unittest.main()
