#!/usr/bin/env python3
"""docs/reports.md on a database that the daemon made: every question that it answers is asked with sqlite3 -readonly alone, while the
daemon runs."""
import csv
import io
import os
import re
import subprocess
import unittest

from support.daemon import Daemon, wait_until

SOURCE = os.environ.get("DOCWRIGHT_SOURCE_DIR", ".")

# What is documented, and what is refused.
READER = b'class Reader:\n    """Reads."""\n\n    def next(self, size):\n        return self.file.read(size)\n'
BROKEN = b"\xff\xfe not text"


def questions():
    """The statements of the page's blocks of SQL, each with the comment that asks."""
    with open(os.path.join(SOURCE, "docs", "reports.md"), encoding="utf-8") as file:
        blocks = re.findall(r"```sql\n(.*?)```", file.read(), re.S)
    for block in blocks:
        for statement in block.split(";\n"):
            comment = re.match(r"\s*-- (.*)\n", statement)
            if comment:
                yield comment[1], statement[comment.end():]


class Acceptance9SqliteAloneAnswers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().start()
        every = {"pipeline": "docstrings", "model": "offline"}
        client = cls.daemon.client()
        client.submit([({"path": "src/a.py", **every}, READER), ({"path": "src/b.py", **every}, BROKEN),
                       ({"path": "src/c.py", "delay": "1h", **every}, READER)], project="shop")
        client.close()
        wait_until(lambda: cls.daemon.rows("SELECT count(*) FROM job_overview WHERE ended IS NOT NULL") == [(2,)], "both jobs to end")

    @classmethod
    def tearDownClass(cls):
        cls.daemon.close()

    def ask(self, sql):
        asked = subprocess.run(["sqlite3", "-readonly", "-csv", "-header", f"{self.daemon.state}/docwright.db", sql],
                               capture_output=True, text=True, timeout=60)
        self.assertEqual((asked.returncode, asked.stderr), (0, ""), sql)
        return list(csv.DictReader(io.StringIO(asked.stdout)))

    def test_every_question_of_the_page_is_answered(self):
        answers = {question: self.ask(sql) for question, sql in questions()}
        self.assertGreaterEqual(len(answers), 9)

        done = {row["state"]: row for row in answers["What was done today?"]}
        self.assertEqual({state: row["jobs"] for state, row in done.items()}, {"succeeded": "1", "failed": "1", "waiting": "1"})
        self.assertGreaterEqual(int(done["succeeded"]["documents"]), 1)
        self.assertEqual([row["project"] for row in answers["What did each project cost, by month?"]], ["shop"])
        failed, = answers["What failed, and why?"]
        self.assertEqual((failed["path"], failed["reason"]), ("src/b.py", "source_refused"))
        self.assertTrue(failed["detail"])
        waiting, = answers["What is waiting, for what, and until when?"]
        self.assertEqual((waiting["path"], waiting["reason"]), ("src/c.py", "delay"))
        self.assertRegex(waiting["waits_until"], r"^\d{4}-\d\d-\d\dT")
        self.assertEqual(answers["Which jobs were the most expensive?"][0]["path"], "src/a.py")
        self.assertEqual(answers["Which calls may have been paid without an answer?"], [])
        self.assertEqual(answers["Which documents contradict the code?"], [])
        self.assertIn('"Reader.next"', answers["The document of one symbol."][0]["record"])
        times, = answers["How long do jobs take, from submit to end?"]
        self.assertEqual((times["pipeline"], times["jobs"]), ("docstrings", "1"))
        self.assertGreater(float(times["max_seconds"]), 0)

    def test_every_view_of_the_page_can_be_read(self):
        with open(os.path.join(SOURCE, "docs", "reports.md"), encoding="utf-8") as file:
            views = re.findall(r"^### (\w+)$", file.read(), re.M)
        self.assertGreater(len(views), 15)
        for view in views:
            with self.subTest(view):
                rows = self.ask(f"SELECT * FROM {view}")
                if view.endswith("_violations"):
                    self.assertEqual(rows, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
