"""Protocol 1 over plain ZeroMQ sockets, as any client would speak it."""
import json

import zmq


class Refused(Exception):
    """The daemon's error: code, message, at."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']} (at {error.get('at', '')!r})")
        self.error = error
        self.code = error["code"]


class NoReply(Exception):
    """Nothing came within the time."""


class Client:
    """One REQ socket with the options that docs/protocol.md asks for. A lost reply does not block the next question."""

    def __init__(self, endpoint, timeout_ms=10_000):
        self.context = zmq.Context.instance()
        self.endpoint = endpoint
        self.socket = self.context.socket(zmq.REQ)
        self.socket.setsockopt(zmq.RCVTIMEO, timeout_ms)
        self.socket.setsockopt(zmq.SNDTIMEO, timeout_ms)
        self.socket.setsockopt(zmq.REQ_RELAXED, 1)
        self.socket.setsockopt(zmq.REQ_CORRELATE, 1)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(endpoint)
        self.sent = 0

    def close(self):
        self.socket.close()

    def raw(self, *frames):
        """Sends frames as they are; the reply's only frame as text."""
        try:
            self.socket.send_multipart(list(frames))
            return self.socket.recv_multipart()[0].decode()
        except zmq.Again as error:
            raise NoReply(f"no reply from {self.endpoint}") from error

    def ask(self, verb, blobs=(), **fields):
        """The reply as a dictionary; raises Refused where the daemon says no."""
        self.sent += 1
        header = {"docwright": 1, "id": f"c{self.sent}", "verb": verb, **fields}
        reply = json.loads(self.raw(json.dumps(header).encode(), *blobs))
        assert reply["id"] == header["id"], reply
        if not reply["ok"]:
            raise Refused(reply["error"])
        return reply

    def submit(self, sources, **fields):
        """sources: list of (job fields, source bytes)."""
        jobs = [{"path": f"src/m{i}.py", **job, "blob": i} for i, (job, _) in enumerate(sources)]
        return self.ask("submit", [source for _, source in sources], jobs=jobs, **fields)


class Events:
    """A SUB socket on the events endpoint."""

    def __init__(self, endpoint, topic="", timeout_ms=10_000):
        self.socket = zmq.Context.instance().socket(zmq.SUB)
        self.socket.setsockopt(zmq.RCVTIMEO, timeout_ms)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.SUBSCRIBE, topic.encode())
        self.socket.connect(endpoint)

    def next(self):
        topic, body = self.socket.recv_multipart()
        return topic.decode(), json.loads(body)

    def until(self, wanted):
        """Events up to the first that `wanted(topic, event)` accepts."""
        seen = []
        while True:
            seen.append(self.next())
            if wanted(*seen[-1]):
                return seen

    def close(self):
        self.socket.close()


def push(endpoint, *frames):
    socket = zmq.Context.instance().socket(zmq.PUSH)
    socket.setsockopt(zmq.LINGER, 5_000)
    socket.connect(endpoint)
    socket.send_multipart(list(frames))
    socket.close()
