"""Wrong input over the protocol: each message gets its exact error, and the daemon stays."""
import json
import unittest

from support.daemon import Daemon

GOOD_JOB = {"path": "a.py", "blob": 0, "model": "offline"}
UNKNOWN_ID = "01890000-0000-7000-8000-000000000000"


def message(verb="ping", **fields):
    return json.dumps({"docwright": 1, "verb": verb, **fields}).encode()


def job(**fields):
    return message("submit", jobs=[{**GOOD_JOB, **fields}])


# what, frames, code, part of the message, at
CASES = [
    ("nothing but text", [b"hello"], "invalid_request", "begin with '{'", None),
    ("an empty header", [b"", b""], "invalid_request", "begin with '{'", None),
    ("half a JSON", [b'{"docwright":1'], "invalid_request", "not JSON", None),
    ("JSON and more", [b'{"docwright":1,"verb":"ping"} x'], "invalid_request", "not JSON", None),
    ("bad UTF-8", [b'{"docwright":1,"verb":"ping","id":"\xff"}'], "invalid_request", "not JSON", None),
    ("50,000 open brackets", [b'{"docwright":1,"verb":' + b"[" * 50_000], "invalid_request", "128 levels", "/verb" + "/0" * 126),
    ("a key twice", [b'{"docwright":1,"verb":"ping","verb":"ping"}'], "invalid_request", "key 'verb' stands twice", "/verb"),
    ("no version", [b'{"verb":"ping"}'], "unsupported_version", "'docwright' is missing", "/docwright"),
    ("another version", [b'{"docwright":7,"verb":"ping"}'], "unsupported_version", "version 1", "/docwright"),
    ("no verb", [b'{"docwright":1}'], "invalid_request", "'verb' is missing", "/verb"),
    ("an unknown verb", [message("staus")], "unknown_verb", "did you mean 'status'?", "/verb"),
    ("a verb of a later issue", [message("estimate")], "unknown_verb", "unknown verb 'estimate'", "/verb"),
    ("an unknown field", [message(verbose=True)], "invalid_request", "unknown field 'verbose'", "/verbose"),
    ("a blob too many for a ping", [message(), b"x"], "invalid_request", "only a submit has blob frames", None),
    ("a header of 5 MB", [message(id="x" * 5_000_000)], "too_large", "the header has", None),
    ("1,500 frames", [message(), *[b""] * 1500], "too_large", "too many frames: at most 1001", None),
    ("no jobs", [message("submit", jobs=[])], "invalid_request", "must not be empty", "/jobs"),
    ("1,001 jobs", [message("submit", jobs=[GOOD_JOB] * 1001), b"x"], "too_large", "1001 jobs are too many", "/jobs"),
    ("no path", [message("submit", jobs=[{"blob": 0}]), b"x"], "invalid_request", "'path' is missing", "/jobs/0/path"),
    ("an endless path", [job(path="p" * 1025), b"x"], "too_large", "at most 1024", "/jobs/0/path"),
    ("an endless key", [job(key="k" * 201), b"x"], "too_large", "at most 200", "/jobs/0/key"),
    ("no blob", [job()], "invalid_request", "there is no blob frame 0", "/jobs/0/blob"),
    ("a blob that nobody names", [job(), b"x", b"y"], "invalid_request", "no job names blob frame 1", "/jobs"),
    ("an unknown pipeline", [job(pipeline="docstring"), b"x"], "unknown_pipeline", "did you mean 'docstrings'?", "/jobs/0/pipeline"),
    ("an unknown model", [job(model="ofline"), b"x"], "unknown_model", "did you mean 'offline'?", "/jobs/0/model"),
    ("money without a unit", [job(budget="2"), b"x"], "invalid_request", "", "/jobs/0/budget"),
    ("negative money", [job(budget="-2USD"), b"x"], "invalid_request", "", "/jobs/0/budget"),
    ("a delay without a unit", [job(delay="10"), b"x"], "invalid_request", "", "/jobs/0/delay"),
    ("a delay of years", [job(delay="400d"), b"x"], "invalid_request", "out of range", "/jobs/0/delay"),
    ("a delay beyond the deadline", [job(delay="8d"), b"x"], "invalid_request", "shorter than the deadline", "/jobs/0/delay"),
    ("a priority out of range", [job(priority=1000), b"x"], "invalid_request", "-100 to 100", "/jobs/0/priority"),
    ("a number as text", [job(priority="1"), b"x"], "invalid_request", "expected an integer, not a text", "/jobs/0/priority"),
    ("labels that are no texts", [job(labels={"a": 1}), b"x"], "invalid_request", "expected a text", "/jobs/0/labels/a"),
    ("17 labels", [job(labels={f"l{i}": "x" for i in range(17)}), b"x"], "too_large", "at most 16", "/jobs/0/labels"),
    ("parameters of 20 KB", [job(parameters={"x": "y" * 20_000}), b"x"], "too_large", "at most 16384", "/jobs/0/parameters"),
    ("a bad traceparent", [job(traceparent="00-1-2-3"), b"x"], "invalid_request", "not a W3C traceparent", "/jobs/0/traceparent"),
    ("a batch that is no id", [message("submit", batch="mine", jobs=[GOOD_JOB]), b"x"], "invalid_request", "", "/batch"),
    ("status of nothing", [message("status")], "invalid_request", "exactly one of", None),
    ("status of two things", [message("status", jobs=[UNKNOWN_ID], batch=UNKNOWN_ID)], "invalid_request", "exactly one of", None),
    ("an unknown job", [message("status", jobs=[UNKNOWN_ID])], "not_found", "", "/jobs/0"),
    ("an unknown batch", [message("wait", batch=UNKNOWN_ID)], "not_found", "", "/batch"),
    ("a short prefix", [message("cancel", jobs=["0189"])], "invalid_request", "at least 8", "/jobs/0"),
    ("an unknown job to cancel", [message("cancel", jobs=[UNKNOWN_ID])], "not_found", "", "/jobs/0"),
    ("an unknown job to retry", [message("retry", jobs=[UNKNOWN_ID])], "not_found", "", "/jobs/0"),
    ("a wait of a day", [message("wait", batch=UNKNOWN_ID, timeout="1d")], "invalid_request", "out of range", "/timeout"),
    ("waiting for a project", [message("result", project="p", wait="1s")], "invalid_request", "a project never ends", "/wait"),
    ("a strange cursor", [message("list", after="cursor of mine")], "invalid_request", "", "/after"),
    ("a page of 5,000", [message("list", limit=5000)], "invalid_request", "1 to 1000", "/limit"),
    ("an unknown state", [message("list", states=["done"])], "invalid_request", "is none of", "/states/0"),
    ("events of the future", [message("events_since", seq=-3)], "invalid_request", "at least 0", "/seq"),
    ("a budget without a limit", [message("budget", action="set")], "invalid_request", "takes 'limit' or 'tokens'", None),
    ("a budget of another kind", [message("budget", action="set", scope="team", limit="1USD")], "invalid_request", "is none of", "/scope"),
    ("a pause of nothing", [message("pause", pipeline="docstrngs")], "unknown_pipeline", "did you mean 'docstrings'?", "/pipeline"),
]


class WrongInput(unittest.TestCase):
    def test_each_message_gets_its_error(self):
        with Daemon() as daemon:
            client = daemon.client()
            for what, frames, code, words, at in CASES:
                with self.subTest(what):
                    reply = json.loads(client.raw(*frames))
                    self.assertFalse(reply["ok"])
                    error = reply["error"]
                    self.assertEqual(error["code"], code, error)
                    self.assertIn(words, error["message"])
                    self.assertEqual(error.get("at"), at, error)
                    self.assertTrue(error["message"].strip())
            self.assertTrue(daemon.alive())
            self.assertEqual(daemon.rows("SELECT count(*) FROM jobs"), [(0,)], "nothing of all this was accepted")
            client.close()

    def test_a_frame_over_the_limit_ends_its_connection_only(self):
        with Daemon(config="front_door:\n  frame_bytes_max: 1MiB\n") as daemon:
            patient, rude = daemon.client(), daemon.client(timeout_ms=500)
            with self.assertRaises(Exception):
                rude.raw(job(), b"x" * (2 << 20))
            self.assertTrue(patient.ask("ping")["ok"])
            rude.close()
            patient.close()


if __name__ == "__main__":
    unittest.main()
