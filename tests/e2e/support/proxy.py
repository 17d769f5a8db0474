"""Stands before a simulator: refuses what a test says, passes everything else on."""
import json
import urllib.error
import urllib.request

from support.loopback import Handler, Loopback

# What belongs to one connection, or is made anew.
OWN_HEADERS = ("host", "content-length", "connection", "transfer-encoding")


class Proxy(Loopback):
    """`refuse(model, asked)` gives a status and a body of bytes, or None. Remembers each request as (model, body)."""

    def __init__(self, base_url, refuse):
        self.heard = []
        outer = self
        behind = base_url.removesuffix("/v1")

        class Answering(Handler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked = json.loads(body)
                # Gemini and Azure's older form have it in the path.
                named = self.path.rpartition("/models/")[2].partition(":")[0]
                model = asked.get("model", named)
                outer.heard.append((model, body))
                refused = refuse(model, asked)
                self.reply(*refused) if refused else self.pass_on(body)

            def pass_on(self, body):
                headers = {name: value for name, value in self.headers.items() if name.lower() not in OWN_HEADERS}
                try:
                    with urllib.request.urlopen(urllib.request.Request(behind + self.path, body, headers), timeout=30) as reply:
                        self.reply(reply.status, reply.read(), reply.headers["Content-Type"])
                except urllib.error.HTTPError as error:
                    self.reply(error.code, error.read())

            def reply(self, status, body, kind="application/json"):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)


        super().__init__(Answering)
