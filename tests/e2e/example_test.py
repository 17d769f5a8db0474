"""The example clients of docs/, as a reader would run them."""
import json
import os
import subprocess
import sys
import unittest

from support.daemon import Daemon, wait_until

DOCS = os.path.join(os.environ["DOCWRIGHT_SOURCE_DIR"], "docs")


class Examples(unittest.TestCase):
    def test_they_do_what_they_say(self):
        with Daemon() as daemon:
            source = os.path.join(daemon.state, "shape.py")
            with open(source, "w", encoding="utf-8") as file:
                file.write("def area(width, height):\n    return width * height\n")
            for _ in range(2):  # the key makes the second one harmless
                ended = subprocess.run([sys.executable, f"{DOCS}/example_client.py", daemon.endpoint(), source], capture_output=True, text=True, check=True)
                documents = json.loads(ended.stdout)
                self.assertIn("area", [document["symbol"] for document in documents])
            self.assertEqual(daemon.rows("SELECT count(*) FROM jobs"), [(1,)])
            subprocess.run([sys.executable, f"{DOCS}/example_push.py", daemon.endpoint("push"), source], check=True)
            client = daemon.client()
            wait_until(lambda: client.ask("list", key=f"pushed:{source}", states=["succeeded"])["jobs"], "the pushed job")
            client.close()


if __name__ == "__main__":
    unittest.main()
