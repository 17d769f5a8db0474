"""A provider of a test's own, where the simulator is too well-behaved."""
import json

from support.loopback import Handler, Loopback


class Server(Loopback):
    """Answers each POST with what `answer(headers, body)` gives: status, headers, a JSON value. Remembers the requests."""

    def __init__(self, answer):
        self.heard = []  # (headers, body)
        outer = self

        class Answering(Handler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.heard.append((self.headers, asked))
                status, headers, value = answer(self.headers, asked)
                body = json.dumps(value).encode()
                self.send_response(status)
                for name, text in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(body)


        super().__init__(Answering)
        self.base_url = self.address + "/v1"
