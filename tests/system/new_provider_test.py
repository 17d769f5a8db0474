#!/usr/bin/env python3
"""scripts/new provider NAME: what it writes compiles, and stands in the visible list.

That it passes the conformance suite, the suite says, as soon as it is there: it has no list of codecs of its own."""
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["DOCWRIGHT_SOURCE_DIR"])
BUILD = pathlib.Path(os.environ["DOCWRIGHT_BUILD_DIR"])


def command_of(source):
    """As the build compiles it, without what it makes."""
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    words = shlex.split(next(entry["command"] for entry in commands if entry["file"] == str(SOURCE / source)))
    words = words[next(at for at, word in enumerate(words) if "clang++" in word):]
    return [word for word in words[:words.index("-o")] if word != "-c"]


class NewProvider(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = pathlib.Path(folder.name)
        (self.copy / "providers").mkdir()
        shutil.copy(SOURCE / "providers/all.cpp", self.copy / "providers")
        shutil.copytree(SOURCE / "scripts", self.copy / "scripts")

    def new(self, *words):
        return subprocess.run([self.copy / "scripts/new", *words], capture_output=True, text=True, check=False)

    def test_what_it_writes_compiles(self):
        made = self.new("provider", "acme_labs")
        self.assertEqual(made.returncode, 0, made.stderr)
        visible = (self.copy / "providers/all.cpp").read_text()
        self.assertIn("registry.add(acme_labs::provider());", visible)
        cases = json.loads((self.copy / "providers/acme_labs/fixtures/exchanges.json").read_text())
        self.assertTrue(cases)
        command = command_of("providers/all.cpp")
        for source in ["providers/all.cpp", "providers/acme_labs/acme_labs.cpp"]:
            compiled = subprocess.run([command[0], f"-I{self.copy}", *command[1:], "-fsyntax-only", self.copy / source],
                                      capture_output=True, text=True, cwd=BUILD, check=False)
            self.assertEqual(compiled.returncode, 0, compiled.stderr)

    def test_it_says_what_is_wrong(self):
        self.assertEqual(self.new().returncode, 2)
        self.assertEqual(self.new("step", "x").returncode, 2)
        self.assertIn("no name for a provider", self.new("provider", "Acme").stderr)
        self.assertEqual(self.new("provider", "acme").returncode, 0)
        self.assertIn("is there already", self.new("provider", "acme").stderr)


if __name__ == "__main__":
    unittest.main()
