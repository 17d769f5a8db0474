"""The real docwright, as a person or a script would run it."""
import json
import os
import signal
import subprocess

from support.daemon import BUILD, PATIENCE, Daemon, wait_until

PROGRAM = os.path.join(BUILD, "docwright")


class Cli:
    """Runs verbs against one daemon (or none), with a home of its own."""

    def __init__(self, home, state=None):
        self.state = state
        self.environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def command(self, *arguments):
        return [PROGRAM, *(["--state", self.state] if self.state else []), *arguments]

    def run(self, *arguments, code=0, input=None, cwd=None, **environment):
        """The finished process; stdout and stderr as text. Any other exit code than `code` is a failure (None: any will do)."""
        done = subprocess.run(self.command(*arguments), input=input, cwd=cwd, capture_output=True, check=False,
                              timeout=4 * PATIENCE, env={**self.environment, **environment})
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        if code is not None and done.returncode != code:
            raise AssertionError(f"docwright {' '.join(arguments)}: exit code {done.returncode}, not {code}\n"
                                 f"stdout: {done.stdout[-2000:]}\nstderr: {done.stderr[-2000:]}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.run(*arguments, "--json", **options).stdout)

    def start(self, *arguments, **options):
        return subprocess.Popen(self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment,
                                **options)


def interrupt(process):
    """Ctrl-C: exit code, stdout, stderr."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out.decode(), err.decode()


def write(folder, files):
    for path, text in files.items():
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())


__all__ = ["Cli", "Daemon", "PATIENCE", "PROGRAM", "interrupt", "wait_until", "write"]
