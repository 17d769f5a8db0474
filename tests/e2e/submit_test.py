"""A client with a plain REQ socket submits, waits and fetches documents; keys make sending again harmless."""
import json
import unittest

import zmq

from support.client import Events, Refused, push
from support.daemon import Daemon, wait_until

SOURCE = b'''def area(width, height):
    if width < 0:
        raise ValueError("width")
    return width * height


class Shape:
    def name(self) -> str:
        return "shape"
'''


def offline(number=0, **fields):
    return ({"model": "offline", **fields}, SOURCE + f"# {number}\n".encode())


class Submit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().start()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.close()

    def setUp(self):
        self.client = self.daemon.client()

    def tearDown(self):
        self.client.close()
        self.assertTrue(self.daemon.alive(), self.daemon.log_text())
        self.assertTrue(self.daemon.promises_hold())

    def test_a_source_becomes_documents(self):
        submitted = self.client.submit([offline(1, path="src/shape.py", labels={"pr": "71"})], project="shop")
        self.assertEqual([job["state"] for job in submitted["jobs"]], ["queued"])
        result = self.client.ask("result", batch=submitted["batch"], wait="30s")
        self.assertTrue(result["done"])
        self.assertEqual(result["summary"]["states"]["succeeded"], 1, result)
        symbols = {document["symbol"] for document in result["documents"]}
        self.assertLessEqual({"area", "Shape.name"}, symbols)
        for document in result["documents"]:
            self.assertEqual((document["path"], document["project"], document["version"]), ("src/shape.py", "shop", 1))
            self.assertIn("doc", document["document"])
        status = self.client.ask("status", jobs=[submitted["jobs"][0]["id"]])
        self.assertEqual(status["jobs"][0]["state"], "succeeded")
        self.assertEqual(status["jobs"][0]["labels"], {"pr": "71"})
        self.assertEqual(status["summary"]["cost_nusd"], 0)

    def test_the_reply_keeps_the_envelope_of_a_dealer(self):
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.setsockopt(zmq.RCVTIMEO, 10_000)
        socket.connect(self.daemon.endpoint())
        header = json.dumps({"docwright": 1, "id": "d", "verb": "ping"}).encode()
        for envelope in ([], [b""], [b"{\x00\x01\x02", b""]):
            socket.send_multipart([*envelope, header])
            reply = socket.recv_multipart()
            self.assertEqual(reply[:-1], envelope)
            self.assertTrue(json.loads(reply[-1])["ok"])
        socket.close()

    def test_the_same_key_is_the_same_job(self):
        first = self.client.submit([offline(2, key="k2")])
        again = self.client.submit([offline(2, key="k2")])
        self.assertEqual(again["jobs"][0]["id"], first["jobs"][0]["id"])
        self.assertTrue(again["jobs"][0]["duplicate"])
        with self.assertRaises(Refused) as refused:
            self.client.submit([offline(22), offline(3, key="k2")])
        self.assertEqual((refused.exception.code, refused.exception.error["at"]), ("key_conflict", "/jobs/1/key"))
        # All or nothing: the first job of that message was not accepted either.
        self.assertEqual(self.daemon.rows("SELECT count(*) FROM jobs WHERE key = 'k2'"), [(1,)])
        other = self.client.submit([offline(3, key="k2", tenant="other")])
        self.assertFalse(other["jobs"][0]["duplicate"], "keys are unique per tenant")

    def test_pushed_messages_are_done_or_become_rejects(self):
        events = Events(self.daemon.endpoint("events"))
        self.client.ask("ping")
        header = {"docwright": 1, "verb": "submit", "jobs": [{"path": "p.py", "blob": 0, "key": "pushed", "model": "offline"}]}
        push(self.daemon.endpoint("push"), json.dumps(header).encode(), SOURCE)
        wait_until(lambda: self.client.ask("list", key="pushed")["jobs"], "the pushed job")
        before = self.client.ask("stats")["rejects"]
        push(self.daemon.endpoint("push"), b'{"docwright":1,"verb":"submit","jobs":[{"path":"x","blob":0}]}')
        push(self.daemon.endpoint("push"), b"not a message")
        push(self.daemon.endpoint("push"), b'{"docwright":1,"verb":"ping"}')
        wait_until(lambda: self.client.ask("stats")["rejects"] == before + 3, "three rejects")
        reasons = self.daemon.rows("SELECT code, message, pointer FROM rejects ORDER BY 1, 2")
        self.assertIn(("invalid_request", "there is no blob frame 0: 0 came after the header", "/jobs/0/blob"), reasons)
        heard = events.until(lambda topic, event: topic == "daemon" and event["event"].get("event") == "rejected")
        self.assertEqual(heard[-1][0], "daemon")
        events.close()

    def test_events_tell_of_each_end_and_can_be_asked_for(self):
        events = Events(self.daemon.endpoint("events"), "job.")
        wait_until(lambda: self.heard_something(events), "the subscription")
        since = self.client.ask("events_since", seq=0, topic="no such topic")["last_seq"]
        submitted = self.client.submit([offline(4), offline(5)])
        jobs = {"job." + job["id"] for job in submitted["jobs"]}
        heard = set()
        while heard != jobs:
            topic, event = events.next()
            self.assertEqual(event["topic"], topic)
            if topic in jobs and event["event"].get("event") == "succeeded":
                heard.add(topic)
        missed = self.client.ask("events_since", seq=since, limit=1000, wait="5s")
        self.assertLessEqual(jobs, {event["topic"] for event in missed["events"]})
        numbers = [event["seq"] for event in missed["events"]]
        self.assertEqual(numbers, list(range(since + 1, since + 1 + len(numbers))), "numbered without gaps")
        self.assertFalse(missed["missed"])
        events.close()

    def heard_something(self, events):
        submitted = self.client.submit([offline(6)])
        self.client.ask("wait", batch=submitted["batch"], timeout="30s")
        try:
            events.socket.setsockopt(zmq.RCVTIMEO, 200)
            events.next()
            return True
        except zmq.Again:
            return False
        finally:
            events.socket.setsockopt(zmq.RCVTIMEO, 10_000)

    def test_pages_list_every_job_once(self):
        self.client.submit([offline(100 + i, path=f"pages/{i}.py", labels={"set": "pages"}) for i in range(25)])
        seen, after = [], {}
        while True:
            page = self.client.ask("list", labels={"set": "pages"}, limit=10, **after)
            seen += [job["path"] for job in page["jobs"]]
            if not page.get("next"):
                break
            after = {"after": page["next"]}
        self.assertEqual(sorted(seen), sorted(f"pages/{i}.py" for i in range(25)))
        self.assertEqual(seen[0], "pages/24.py", "newest first")

    def test_a_delayed_job_says_until_when_and_can_be_cancelled_and_retried(self):
        submitted = self.client.submit([offline(7, delay="1h")])
        job = submitted["jobs"][0]["id"]
        status = self.client.ask("status", jobs=[job])["jobs"][0]
        self.assertEqual((status["state"], status["waiting"]["reason"]), ("waiting", "delay"))
        self.assertIn("until", status["waiting"])
        self.assertEqual(self.client.ask("wait", jobs=[job], timeout="100ms")["done"], False)
        cancelled = self.client.ask("cancel", jobs=[job])
        self.assertEqual((cancelled["changed"], cancelled["jobs"][0]["state"]), (1, "cancelled"))
        self.assertEqual(self.client.ask("cancel", jobs=[job])["changed"], 0)
        self.assertEqual(self.client.ask("retry", jobs=[job])["changed"], 1)
        self.assertEqual(self.client.ask("wait", jobs=[job], timeout="30s")["summary"]["states"]["succeeded"], 1)
        with self.assertRaises(Refused) as refused:
            self.client.ask("retry", jobs=[job])
        self.assertEqual(refused.exception.code, "conflict")

    def test_a_pause_holds_everything_until_resume(self):
        paused = self.client.ask("pause", reason="a test")
        self.assertEqual([(each["scope"], each["reason"]) for each in paused["paused"]], [("all", "a test")])
        self.assertEqual((paused["calls_in_flight"], paused["bound_nusd"]), (0, 0))
        submitted = self.client.submit([offline(8)])
        status = self.client.ask("status", batch=submitted["batch"], wait="200ms")
        self.assertEqual((status["done"], status["jobs"][0]["waiting"]["reason"]), (False, "paused"))
        self.assertIn("a test", status["jobs"][0]["waiting"]["detail"])
        self.assertEqual(self.client.ask("resume")["paused"], [])
        self.assertTrue(self.client.ask("wait", batch=submitted["batch"], timeout="30s")["done"])

    def test_what_can_be_asked_without_a_job(self):
        ping = self.client.ask("ping")
        self.assertEqual(ping["endpoints"]["requests"], self.daemon.endpoint())
        self.assertEqual((ping["protocol"], ping["default_pipeline"]), ([1], "docstrings"))
        self.assertEqual(ping["database"], f"{self.daemon.state}/docwright.db")
        pipelines = {each["name"]: each for each in self.client.ask("pipelines")["pipelines"]}
        self.assertTrue(pipelines["docstrings"]["default"])
        self.assertEqual([step["step"] for step in pipelines["docstrings"]["steps"]], ["validate", "chunk", "call", "parse", "store"])
        models = {each["name"]: each for each in self.client.ask("models")["models"]}
        self.assertEqual(models["offline"]["credentials"], "not needed")
        self.assertEqual(self.client.ask("budget")["budgets"], [])
        self.assertIn("states", self.client.ask("stats"))

    def test_a_budget_is_set_listed_and_removed(self):
        budget = self.client.ask("budget", action="set", window="day", limit="2USD")["budgets"]
        self.assertEqual([(each["scope"], each["window"], each["limit_nusd"]) for each in budget], [("all", "day", 2_000_000_000)])
        self.assertEqual(self.client.ask("budget", action="remove", window="day")["budgets"], [])
        with self.assertRaises(Refused) as refused:
            self.client.ask("budget", action="remove", window="day")
        self.assertEqual(refused.exception.code, "not_found")


if __name__ == "__main__":
    unittest.main()
