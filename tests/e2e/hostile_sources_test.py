"""Sources made to break a parser: each job ends with a reason, and the same daemon does the next one.

What is taken is cut without losing a byte (promise 7); what is refused says why and what to do.
"""
import os
import signal
import unittest

from support.daemon import Daemon, wait_until

BIG = """
name: big
steps:
  - validate: {bytes_max: 8MiB}
  - chunk: {limit_tokens: 500000}
  - call: {prompt: docstrings}
  - parse
  - store
"""
GOOD = b"def area(width, height):\n    return width * height\n"
SLOW_BUILD = bool(os.environ.get("DOCWRIGHT_TEST_SLOW"))  # of a sanitizer
SLOW = b"a<" * 50_000  # '<' may open a template's arguments or compare: the C++ grammar needs a second for it


def nested(levels):
    return b"".join(b" " * level + b"def f%d(x):\n" % level for level in range(levels)) + b" " * levels + b"return x\n"


# what, path, source
TAKEN = [
    *((f"50,000 open parentheses, {suffix}", f"open.{suffix}", b"(" * 50_000) for suffix in ("py", "c", "cpp")),
    *((f"50,000 open braces, {suffix}", f"brace.{suffix}", b"{" * 50_000) for suffix in ("py", "c", "cpp")),
    *((f"one line of 5 MB, {suffix}", f"line.{suffix}", b'x = "' + b"a" * 5_000_000 + b'";\n') for suffix in ("py", "c", "cpp")),
    ("1,000 functions, one in the other", "nested.py", nested(1_000)),
    ("20,000 blocks, one in the other", "nested.c", b"void f(void) " + b"{" * 20_000 + b"}" * 20_000),
    ("100,000 quotes", "quotes.py", b'"' * 100_000),
    ("a text that never ends", "endless.py", b'def f():\n    """Never closed\n' + b"    words\n" * 1_000),
    ("a macro that never ends", "endless.h", b"#define A \\\n" * 5_000),
    ("20,000 conditionals that never end", "endless.c", b"#if A\n" * 20_000),
    ("carriage returns and line feeds", "crlf.py", GOOD.replace(b"\n", b"\r\n")),
    ("carriage returns alone", "cr.py", GOOD.replace(b"\n", b"\r")),
    ("a byte order mark", "bom.py", b"\xef\xbb\xbf" + GOOD),
    ("nothing but comments", "comments.py", b"# one\n# two\n"),
    ("no line break at the end", "end.py", GOOD.rstrip(b"\n")),
    ("names of every script", "names.py", "def größe(ширина, 高さ):\n    return ширина * 高さ\n".encode()),
    ("another language in its name", "really.c", GOOD),
]

# what, path, source, the exact reason
REFUSED = [
    ("nothing", "empty.py", b"", "the source is empty: there is nothing to document"),
    ("nothing but blanks", "blank.py", b" \n\t\r\n", "the source is empty: there is nothing to document"),
    ("a byte 0", "nul.py", GOOD + b"\0", f"byte {len(GOOD)} is 0x00: binary, not source text"),
    ("a program", "elf.c", b"\x7fELF\x02\x01\x01" + b"\0" * 9, "byte 4 is 0x02: binary, not source text"),
    ("UTF-16", "wide.py", GOOD.decode().encode("utf-16-le"), "byte 1 is 0x00: binary, not source text"),
    ("Latin-1", "latin.py", "# größe\n".encode("latin-1") + GOOD, "byte 4 (line 1) is not UTF-8; convert the file to UTF-8 first"),
    ("half a character", "half.py", GOOD + b"# \xe2\x82", f"byte {len(GOOD) + 2} (line 3) is not UTF-8; convert the file to UTF-8 first"),
    ("a surrogate", "surrogate.py", GOOD + b"# \xed\xa0\x80\n",
     f"byte {len(GOOD) + 2} (line 3) is not UTF-8; convert the file to UTF-8 first"),
    ("an overlong slash", "overlong.py", b"# \xc0\xaf\n" + GOOD, "byte 2 (line 1) is not UTF-8; convert the file to UTF-8 first"),
    ("a mebibyte and a byte", "large.py", b"#\n" * (1 << 19) + b"#",
     "the source has 1048577 bytes; this pipeline takes at most 1048576 (bytes_max of its step validate)"),
    ("one line of 6,000 bytes", "line.py", GOOD + b"x" * 6_000,
     "line 3 has 6000 bytes: minified, or data; document what it was made from, or submit it with --force"),
    ("a generator's words", "generated.py", b"# Made by a tool. DO NOT EDIT.\n" + GOOD,
     "line 1 says 'do not edit': generated; document what it was generated from, or submit it with --force"),
    ("a generator's name", "shop_pb2.py", GOOD,
     "a name that ends in '_pb2.py' is a generator's; document what it was generated from, or submit it with --force"),
    ("somebody else's code", "third_party/a.py", GOOD,
     "the folder 'third_party' holds code of others; submit it with --force to document it all the same"),
]


class Promise6EveryJobEndsWithAReason(unittest.TestCase):
    def world(self, config=""):
        daemon = Daemon(config="outline:\n  children: 1\n" + config)
        daemon.pipeline("big", BIG)
        daemon.start()
        self.addCleanup(daemon.close)
        self.pid = daemon.process.pid
        self.client = daemon.client()
        self.addCleanup(self.client.close)
        return daemon

    def submit(self, *sources, **fields):
        jobs = [({"path": path, "model": "offline", **fields}, source) for path, source in sources]
        return self.client.submit(jobs)["batch"]

    def ended(self, batch):
        """Its jobs by path, when they have ended; the daemon is still the same, and does the next job."""
        self.assertTrue(self.client.ask("wait", batch=batch, timeout="5m")["done"])
        jobs = {job["path"]: job for job in self.client.ask("status", batch=batch, limit=1000)["jobs"]}
        self.assertEqual(self.client.ask("ping")["pid"], self.pid)
        after = self.submit(("next.py", GOOD))
        self.assertTrue(self.client.ask("wait", batch=after, timeout="1m")["summary"]["states"]["succeeded"])
        return jobs

    def fallbacks(self, daemon, path):
        return [row[0] for row in daemon.rows("SELECT fallback FROM plans JOIN jobs USING (job) WHERE path = ? ORDER BY job", path)]

    def assert_lossless(self, daemon, path, source):
        ranges = daemon.rows('SELECT "begin", "end" FROM chunks JOIN jobs USING (job) WHERE path = ? ORDER BY chunk', path)
        self.assertEqual([begin for begin, _ in ranges], [0, *(end for _, end in ranges[:-1])])
        self.assertEqual(ranges[-1][1], len(source))

    def test_what_is_taken_is_documented_without_losing_a_byte(self):
        daemon = self.world()
        jobs = self.ended(self.submit(*((path, source) for _, path, source in TAKEN), pipeline="big", force=True))
        for what, path, source in TAKEN:
            with self.subTest(what):
                self.assertEqual((jobs[path]["state"], jobs[path].get("error")), ("succeeded", None))
                self.assertGreater(jobs[path]["documents"], 0)
                self.assert_lossless(daemon, path, source)

    def test_what_is_refused_says_why(self):
        daemon = self.world()
        jobs = self.ended(self.submit(*((path, source) for _, path, source, _ in REFUSED)))
        for what, path, _, reason in REFUSED:
            with self.subTest(what):
                self.assertEqual((jobs[path]["state"], jobs[path].get("error")), ("failed", {"code": "source_refused", "message": reason}))
        self.assertEqual(daemon.rows("SELECT times FROM errors_by_class WHERE class = 'source_refused'"), [(len(REFUSED),)])

    def test_a_parser_that_crashes_costs_its_file_the_outline_and_nothing_else(self):
        daemon = self.world()
        batch = self.submit(("crash.cpp", SLOW), pipeline="big", force=True)
        wait_until(lambda: children(self.pid), "the parser")
        # A sanitizer makes an exit and a report of SIGSEGV, but not of SIGABRT.
        os.kill(children(self.pid)[0], signal.SIGABRT if SLOW_BUILD else signal.SIGSEGV)
        self.assertEqual(self.ended(batch)["crash.cpp"]["state"], "succeeded")
        reason = "The parser crashed (signal 11, Segmentation fault) on this file."
        if not SLOW_BUILD:
            self.assertEqual(self.fallbacks(daemon, "crash.cpp"), [reason])
        self.assert_lossless(daemon, "crash.cpp", SLOW)
        # The same text is not parsed again, not even by a daemon that was started anew.
        daemon.restart()
        self.pid = daemon.process.pid
        self.ended(self.submit(("crash.cpp", SLOW), pipeline="big", force=True, fresh=True))
        first, second = self.fallbacks(daemon, "crash.cpp")
        self.assertEqual(first, second)
        self.assertEqual(daemon.log_text().count("could not be parsed"), 1)

    def test_a_parser_that_hangs_is_ended(self):
        daemon = self.world("  time_max: 100ms\n")
        batch = self.submit(("hang.cpp", SLOW * 20), pipeline="big", force=True)
        self.assertEqual(self.ended(batch)["hang.cpp"]["state"], "succeeded")
        self.assertRegex(self.fallbacks(daemon, "hang.cpp")[0], "used up its CPU time on this file|did not finish this file within 600ms")
        self.assert_lossless(daemon, "hang.cpp", SLOW * 20)

    @unittest.skipIf(SLOW_BUILD, "a sanitizer's shadow memory leaves no limit on addresses")
    def test_a_parser_that_grows_is_ended(self):
        daemon = self.world("  memory_bytes_max: 96MiB\n")
        source = b"x=1\n" * 1_000_000
        batch = self.submit(("grow.py", source), pipeline="big", force=True)
        self.assertEqual(self.ended(batch)["grow.py"]["state"], "succeeded")
        self.assertEqual(self.fallbacks(daemon, "grow.py"), ["The parser ran out of the memory that it may use on this file."])


def children(pid):
    """Processes whose parent is this one."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
            found += [int(word) for word in file.read().split()]
    return found


if __name__ == "__main__":
    unittest.main()
