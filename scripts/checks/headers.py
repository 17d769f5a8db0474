#!/usr/bin/env python3
"""Each header compiles alone: nothing precedes it but what it includes itself.

Four large headers of libraries take most of the time. They are precompiled in the combinations that occur, and a header is given no
more of them than it includes, by itself or through ours, each of which is checked in its turn."""
import pathlib
import re
import subprocess
import tempfile

from common import ROOT, Passed, digest, finish, output_of, run_all, sources

LARGE = {"nlohmann/json.hpp", "boost/asio/awaitable.hpp", "boost/asio/io_context.hpp", "boost/asio/steady_timer.hpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def flags():
    packages = ["libzmq", "libcrypto", "sqlite3", "libsystemd", "libcurl"]
    found = output_of(["pkg-config", "--cflags", *packages]).stdout.split()
    # tree-sitter is built from node_modules.
    tree_sitter = ROOT / "node_modules/tree-sitter/vendor/tree-sitter/lib/include"
    return ["-std=c++23", "-x", "c++", "-Wall", "-Wextra", "-Werror", "-Wno-pragma-once-outside-header",
            "-Wno-missing-field-initializers", f"-I{ROOT}", "-isystem", str(tree_sitter), "-DBOOST_ASIO_NO_DEPRECATED",
            "-DBOOST_ASIO_DISABLE_BOOST_COROUTINE", "-DJSON_USE_IMPLICIT_CONVERSIONS=0", "-DSPDLOG_FMT_EXTERNAL", *found]


def includes(header, found):
    """Adds to `found` what a header of ours includes, and what those headers of ours include."""
    for name in INCLUDE.findall((ROOT / header).read_text()):
        if name not in found:
            found.add(name)
            if (ROOT / name).is_file():
                includes(name, found)
    return found


def main():
    passed = Passed("headers")
    command = ["clang++-19", *flags()]
    headers = sources(".h") + sources(".h", folders=["tests/support"])

    def list_of(header):
        return passed.folder / (str(header).replace("/", "__") + ".d")

    # The list of what a header includes is kept beside its mark, so that a look at those files tells whether to compile.
    def is_known(header):
        if not list_of(header).exists():
            return False
        files = [pathlib.Path(file) for file in list_of(header).read_text().split("\n")]
        return all(file.exists() for file in files) and passed.has(header, digest(command, files))

    def dependencies(makefile):
        text = pathlib.Path(makefile).read_text().replace("\\\n", " ")
        return [file for file in text.split(":", 1)[1].split() if file.startswith(str(ROOT))]

    large = {header: frozenset(includes(header, set()) & LARGE) for header in headers if not is_known(header)}
    with tempfile.TemporaryDirectory() as folder:
        made = {names: pathlib.Path(folder) / f"{number}.pch" for number, names in enumerate(set(large.values()))}

        def precompile(names):
            text = "".join(f"#include <{name}>\n" for name in sorted(names))
            result = subprocess.run([*command, "-fpch-instantiate-templates", "-x", "c++-header", "-", "-o", str(made[names])],
                                    input=text, capture_output=True, text=True)
            return result.stderr if result.returncode != 0 else None

        def check(header):
            makefile = pathlib.Path(folder) / (list_of(header).name)
            result = subprocess.run([*command, "-fsyntax-only", "-include-pch", str(made[large[header]]), "-MMD", "-MF", str(makefile),
                                     str(ROOT / header)], capture_output=True, text=True)
            if result.returncode != 0:
                return result.stderr
            files = dependencies(makefile)
            list_of(header).write_text("\n".join(files))
            passed.add(header, digest(command, files))
            return None

        errors = run_all(made, precompile) or run_all(large, check)
    finish("headers", errors, f"{len(headers)} headers")


main()
