"""What the service manager hears and sees: the unit file, and the daemon's notifications."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from support.daemon import BUILD, PATIENCE, Daemon

UNIT = os.path.join(os.environ["DOCWRIGHT_SOURCE_DIR"], "systemd", "docwrightd.service")


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
class Unit(unittest.TestCase):
    def analyze(self, *words):
        return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=PATIENCE)

    def test_verify_prints_nothing(self):
        with tempfile.TemporaryDirectory() as folder, open(UNIT, encoding="utf-8") as file:
            unit = os.path.join(folder, "docwrightd.service")
            with open(unit, "w", encoding="utf-8") as copy:  # where it is installed the program exists
                copy.write(file.read().replace("/usr/bin/docwrightd", os.path.abspath(os.path.join(BUILD, "docwrightd"))))
            verified = self.analyze("verify", "--man=no", unit)
        self.assertEqual((verified.stderr, verified.stdout, verified.returncode), ("", "", 0))

    def test_exposure_is_low(self):
        judged = self.analyze("security", "--offline=true", "--threshold=14", UNIT)
        self.assertEqual(judged.returncode, 0, judged.stdout[-400:])


class Manager:
    """Takes notifications as systemd does."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="dw-notify-")
        self.path = os.path.join(self.folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE)

    def until(self, wanted):
        seen = []
        while True:
            for line in self.socket.recv(65536).decode().splitlines():
                seen.append(line)
                if line.startswith(wanted):
                    return seen

    def close(self):
        self.socket.close()
        shutil.rmtree(self.folder)


class Notifications(unittest.TestCase):
    def test_ready_alive_stopping_in_this_order(self):
        manager = Manager()
        daemon = Daemon(environment={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": ""})
        del daemon.environment["WATCHDOG_PID"]
        daemon.start(wait=False)
        seen = manager.until("READY=1")
        self.assertFalse([line for line in seen if line.startswith("WATCHDOG=1")], "alive only after ready")
        # READY says that the sockets accept: the first question after it is answered.
        client = daemon.client()
        self.assertTrue(client.ask("ping")["ok"])
        begun = time.monotonic()
        for _ in range(3):
            manager.until("WATCHDOG=1")
        self.assertLess(time.monotonic() - begun, PATIENCE)
        daemon.process.send_signal(signal.SIGTERM)
        manager.until("STOPPING=1")
        self.assertEqual(daemon.process.wait(PATIENCE), 0)
        client.close()
        daemon.close()
        manager.close()

    def test_a_start_that_fails_is_never_ready(self):
        manager = Manager()
        daemon = Daemon(config="nonsense: 1\n", environment={"NOTIFY_SOCKET": manager.path})
        daemon.start(wait=False)
        self.assertEqual(daemon.process.wait(PATIENCE), 78)
        manager.socket.settimeout(0.1)
        with self.assertRaises(TimeoutError):
            manager.until("READY=1")
        daemon.close()
        manager.close()


if __name__ == "__main__":
    unittest.main()
