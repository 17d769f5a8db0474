#!/usr/bin/env python3
"""Writes providers/NAME from the templates beside this file, and its lines in providers/all.cpp (scripts/new)."""
import pathlib
import re
import sys

TEMPLATES = pathlib.Path(__file__).resolve().parent
ROOT = TEMPLATES.parents[1]


def fail(words):
    print(f"new: {words}", file=sys.stderr)
    sys.exit(2)


def with_line(lines, line, like):
    """`line` in its place by the alphabet among the lines that are like it."""
    places = [at for at, known in enumerate(lines) if re.fullmatch(like, known)]
    at = next((at for at in places if lines[at] > line), places[-1] + 1)
    return lines[:at] + [line] + lines[at:]


def provider(name):
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        fail(f"'{name}' is no name for a provider: a to z, 0 to 9 and _, a letter first")
    folder = ROOT / "providers" / name
    if folder.exists():
        fail(f"{folder.relative_to(ROOT)} is there already")
    words = {"@NAME@": name, "@ENV@": name.upper(), "@HOST@": name.replace("_", "-")}
    (folder / "fixtures").mkdir(parents=True)
    files = {"provider.h": f"{name}.h", "provider.cpp": f"{name}.cpp", "exchanges.json": "fixtures/exchanges.json"}
    for template, file in files.items():
        text = (TEMPLATES / "provider" / template).read_text()
        for word, value in words.items():
            text = text.replace(word, value)
        (folder / file).write_text(text)

    visible = ROOT / "providers/all.cpp"
    lines = visible.read_text().split("\n")
    lines = with_line(lines, f'#include "providers/{name}/{name}.h"', r'#include "providers/\w+/\w+\.h"')
    lines = with_line(lines, f"  registry.add({name}::provider());", r"  registry\.add\(\w+::provider\(\)\);")
    visible.write_text("\n".join(lines))
    print(f"""providers/{name} is there, and in providers/all.cpp. What follows:
  providers/{name}/{name}.cpp   its format: address, header with the key, request, answer, stream, errors
  providers/{name}/fixtures/   what comes from it, each with what it is to be read as
  config/etc/models.yaml   its models
  docs/providers.md   a section
  scripts/build release unit_providers && build/release/unit_providers --gtest_filter='*Conformance*/{name}'""")


provider(sys.argv[1])
