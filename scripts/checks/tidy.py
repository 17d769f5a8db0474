#!/usr/bin/env python3
"""clang-tidy (.clang-tidy) over every source of the release build; what passed before and has not changed is not repeated."""
import json
import pathlib
import re
import subprocess

from common import FOLDERS, ROOT, Passed, digest, finish, output_of, run_all

BUILD = ROOT / "build" / "release"


def dependencies():
    """Of each object file: our own files that it was made of, as ninja knows them."""
    found, files = {}, None
    for line in output_of(["ninja", "-C", str(BUILD), "-t", "deps"]).stdout.splitlines():
        if line and not line.startswith(" "):
            files = found.setdefault(line.split(":")[0], [])
        elif files is not None and line.strip():
            path = (BUILD / line.strip()).resolve()
            if path.is_relative_to(ROOT) and path.suffix in (".h", ".cpp"):
                files.append(path)
    return found


def main():
    passed = Passed("tidy")
    known = dependencies()
    configuration = (ROOT / ".clang-tidy").read_text() + output_of(["clang-tidy-19", "--version"]).stdout
    units = [unit for unit in json.loads((BUILD / "compile_commands.json").read_text())
             if pathlib.Path(unit["file"]).is_relative_to(ROOT) and
             pathlib.Path(unit["file"]).relative_to(ROOT).parts[0] in FOLDERS]

    def check(unit):
        name = pathlib.Path(unit["file"]).relative_to(ROOT)
        command = re.sub(r"^.*?ccache ", "", unit["command"])
        files = known.get(unit.get("output", ""), []) or [pathlib.Path(unit["file"])]
        seen = digest([configuration, command], [file for file in files if file.exists()])
        if passed.has(name, seen):
            return None
        result = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(BUILD), unit["file"]], capture_output=True, text=True)
        if result.returncode != 0:
            return result.stdout + (result.stderr if not result.stdout else "")
        passed.add(name, seen)
        return None

    finish("tidy", run_all(units, check), f"{len(units)} sources")


main()
