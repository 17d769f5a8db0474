#!/usr/bin/env python3
"""Each header compiles alone, without the precompiled header."""
import pathlib
import subprocess
import tempfile

from common import ROOT, Passed, digest, finish, output_of, run_all, sources


def flags():
    packages = ["libzmq", "libcrypto", "sqlite3", "libsystemd", "libcurl"]
    found = output_of(["pkg-config", "--cflags", *packages]).stdout.split()
    # tree-sitter is built from node_modules.
    tree_sitter = ROOT / "node_modules/tree-sitter/vendor/tree-sitter/lib/include"
    return ["-std=c++23", "-fsyntax-only", "-x", "c++", "-Wall", "-Wextra", "-Werror", "-Wno-pragma-once-outside-header",
            "-Wno-missing-field-initializers", f"-I{ROOT}", "-isystem", str(tree_sitter), "-DBOOST_ASIO_NO_DEPRECATED",
            "-DBOOST_ASIO_DISABLE_BOOST_COROUTINE", "-DJSON_USE_IMPLICIT_CONVERSIONS=0", "-DSPDLOG_FMT_EXTERNAL", *found]


def main():
    passed = Passed("headers")
    command = ["clang++-19", *flags()]
    headers = sources(".h") + sources(".h", folders=["tests/support"])

    def dependencies(makefile):
        text = pathlib.Path(makefile).read_text().replace("\\\n", " ")
        return [file for file in text.split(":", 1)[1].split() if file.startswith(str(ROOT))]

    def check(header):
        # The list of what a header includes is kept beside its mark, so that a look at those files tells whether to compile.
        known = passed.folder / (str(header).replace("/", "__") + ".d")
        if known.exists():
            files = [pathlib.Path(file) for file in known.read_text().split("\n")]
            if all(file.exists() for file in files) and passed.has(header, digest(command, files)):
                return None
        with tempfile.TemporaryDirectory() as folder:
            made = pathlib.Path(folder) / "d"
            result = subprocess.run([*command, "-MMD", "-MF", str(made), str(ROOT / header)], capture_output=True, text=True)
            if result.returncode != 0:
                return result.stderr
            files = dependencies(made)
        known.write_text("\n".join(files))
        passed.add(header, digest(command, files))
        return None

    finish("headers", run_all(headers, check), f"{len(headers)} headers")


main()
