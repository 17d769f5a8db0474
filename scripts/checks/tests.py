#!/usr/bin/env python3
"""Every test is in the build, and none sleeps."""
import json
import re

from common import ROOT, finish, sources

# A test waits for what it waits for (a manual clock, a future, a socket), never for time to pass.
SLEEPS = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|(?<![\w.>])::?sleep\s*\(|\btime\.sleep\s*\(|^\s*sleep \d", re.MULTILINE)
# Where everything is in one process. The others drive real programs, and may look again after a while.
IN_PROCESS = ["unit", "faults", "fuzz", "support"]
# loop.sleep_until() is a coroutine on the injected clock.
ON_THE_CLOCK = re.compile(r"\bloop_?(->|\.)sleep_until\s*\(")


def main():
    errors = []
    built = {entry["file"] for entry in json.loads((ROOT / "build/release/compile_commands.json").read_text())}
    cpps = sources(".cpp", folders=["tests"])
    for path in cpps:
        if str(ROOT / path) not in built:
            errors.append(f"{path}: is in no target of the build")
    scripts = [path for path in sources(".py", ".sh", folders=["tests"]) if "support" not in path.parts]
    for path in scripts:
        lists = [parent / "CMakeLists.txt" for parent in (ROOT / path).parents if parent.is_relative_to(ROOT / "tests")]
        if path.stem.endswith("_test") and not any(file.exists() and ("GLOB" in file.read_text() or path.name in file.read_text())
                                                  for file in lists):
            errors.append(f"{path}: is in no CMakeLists.txt, so it never runs")
    for path in sources(".h", ".cpp", ".py", folders=[f"tests/{name}" for name in IN_PROCESS]):
        text = ON_THE_CLOCK.sub("", (ROOT / path).read_text())
        for match in SLEEPS.finditer(text):
            errors.append(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: a test does not sleep: {match.group().strip()}")
    finish("tests", errors, f"{len(cpps) + len(scripts)} files")


main()
