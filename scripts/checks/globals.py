#!/usr/bin/env python3
"""Nothing global is mutable: what the compiled libraries keep in writable memory is declared const, in the sources. (A constant that is
made at its first use lies in writable memory, too; only its declaration tells it from a variable.)

usage: globals.py [BUILD_FOLDER]      default: build/release"""
import pathlib
import re
import sys

from common import FOLDERS, ROOT, finish, output_of, sources

# value, scope and flags, section, size, visibility, name
SYMBOL = re.compile(r"^[0-9a-f]+ .{7} (\S+)\t[0-9a-f]+\s+(?:\.hidden )?(.+)$")
# .data.rel.ro and the like are written by the loader and by nobody after it.
WRITABLE = re.compile(r"^\.(data|bss|tdata|tbss)(?!\.rel\.ro)")
COMPILERS_OWN = ("guard variable for ", "typeinfo ", "vtable for ", "VTT for ")


def writable(library):
    """Names of docwright's variables in the library's writable sections."""
    for line in output_of(["objdump", "--demangle", "--syms", str(library)]).stdout.splitlines():
        symbol = SYMBOL.match(line)
        if not symbol or not WRITABLE.match(symbol[1]):
            continue
        name = re.sub(r"\[abi:\w+\]", "", symbol[2])
        if name.startswith("docwright::") and not name.startswith(COMPILERS_OWN):
            yield name


def declared_const(texts, name):
    word = re.escape(name.rsplit("::", 1)[-1])
    return any(re.search(rf"\b(const|constexpr)\b[^;(){{}}]*[\s&*>]{word}\b", text) for text in texts)


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "release")
    errors, seen, libraries = [], 0, 0
    for folder in FOLDERS:
        library = build / folder / f"libdw_{folder}.a"
        if not library.exists():
            errors.append(f"{library}: is not built")
            continue
        libraries += 1
        # A template's variables are in every library that uses it.
        texts = [(ROOT / path).read_text() for path in sources(".h") + sources(".cpp", folders=[folder])]
        for name in sorted(set(writable(library))):
            seen += 1
            if not declared_const(texts, name):
                errors.append(f"{folder}: {name} is global and mutable")
    if libraries and not seen:
        errors.append("no symbol was recognised: the check sees nothing")
    finish("globals", errors, f"{libraries} libraries, {seen} constants")


main()
