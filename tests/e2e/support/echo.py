"""Servers of every format that say aloud whatever key they are sent, wherever a server could: in refusals, in redirects, in headers, in
answers. What becomes of a request is said by its model's name, PROVIDER-KIND."""
import json
import urllib.parse

from support.loopback import Handler, Loopback

REFUSALS = ("400", "403", "404", "413", "422", "500", "503", "529")
KINDS = (*REFUSALS, "429", "302", "307", "good", "escaped", "frame", "garbage", "cut")
PIECE = 3  # bytes of an event's text: a key comes in several


def escaped(text, key):
    """As a server may write it that trusts no byte."""
    return text.replace(key, "".join(f"\\u{ord(c):04x}" for c in key))


class Chat:
    """OpenAI's format, and that of all who speak it."""
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}

    @classmethod
    def plain(cls, text, said):
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return {"id": said, "object": "chat.completion", "model": said, "choices": [choice], "usage": cls.usage}

    @classmethod
    def events(cls, pieces, said):
        def chunk(delta, finish=None, **more):
            return None, {"id": said, "object": "chat.completion.chunk", "model": said,
                          "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}

        return [*(chunk({"content": piece}) for piece in pieces), chunk({}, "stop", usage=cls.usage), (None, "[DONE]")]


class Messages:
    """Anthropic's."""
    usage = {"input_tokens": 9, "output_tokens": 9}

    @classmethod
    def plain(cls, text, said):
        return {"id": said, "type": "message", "role": "assistant", "model": said, "content": [{"type": "text", "text": text}],
                "stop_reason": "end_turn", "stop_sequence": None, "usage": cls.usage}

    @classmethod
    def events(cls, pieces, said):
        events = [{"type": "message_start", "message": {**cls.plain("", said), "content": [], "stop_reason": None}},
                  {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
                  *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces),
                  {"type": "content_block_stop", "index": 0},
                  {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 9}},
                  {"type": "message_stop"}]
        return [(event["type"], event) for event in events]


class Contents:
    """Gemini's."""

    @classmethod
    def plain(cls, text, said, finish="STOP"):
        candidate = {"index": 0, "content": {"role": "model", "parts": [{"text": text}]}}
        return {"candidates": [{**candidate, **({"finishReason": finish} if finish else {})}],
                "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 9, "totalTokenCount": 18},
                "modelVersion": said, "responseId": said}

    @classmethod
    def events(cls, pieces, said):
        return [(None, cls.plain(piece, said, finish="STOP" if at == len(pieces) - 1 else None)) for at, piece in enumerate(pieces)]


class EchoServer(Loopback):
    """`document(key)` is the text of a right answer. Remembers which keys each format was sent, and which kinds they met."""

    def __init__(self, document):
        self.heard = {}  # (provider, kind): {key, ...}
        self.addresses = set()
        self.met = set()  # (provider, kind) of a 429, which comes once
        outer = self

        class Answering(Handler):
            protocol_version = "HTTP/1.1"

            def key(self):
                bearer = (self.headers["Authorization"] or "").removeprefix("Bearer ")
                return bearer or self.headers["api-key"] or self.headers["x-api-key"] or self.headers["x-goog-api-key"] or ""

            def do_GET(self):
                outer.addresses.add(self.path)
                outer.note("list", "models", self.key())
                said = self.key()
                self.send(200, {"data": [{"id": said}], "models": [{"name": f"models/{said}"}]})

            def do_POST(self):
                outer.addresses.add(self.path)
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                path = urllib.parse.urlparse(self.path).path
                model = asked["model"] if "/models/" not in path else path.rpartition("/")[2].partition(":")[0]
                provider, _, kind = model.rpartition("-")
                outer.note(provider, kind, self.key())
                form = Contents if "/models/" in path else Messages if path.endswith("/messages") else Chat
                stream = bool(asked.get("stream")) or path.endswith(":streamGenerateContent")
                self.answer(provider, kind, form, stream, self.key())

            def answer(self, provider, kind, form, stream, key):
                if kind == "429" and (provider, kind) in outer.met:
                    kind = "400"
                outer.met.add((provider, kind))
                error = {"message": f"Nobody here knows {key}.", "type": key, "code": key, "param": key, "status": key, "details": [{"reason": key}]}
                if kind.isdigit() and kind >= "400":
                    self.send(int(kind), {"type": "error", "error": error, "request_id": key}, escape=kind == "422")
                elif kind.isdigit():
                    self.send(int(kind), {"error": error}, Location=f"http://127.0.0.1:9/{key}?key={key}")
                elif kind == "garbage":
                    self.send_bytes(200, f"<html>{key}</html>".encode(), "text/html")
                elif kind == "frame" and not stream:
                    self.send(200, {"type": "error", "error": error})
                elif not stream:
                    body = json.dumps(form.plain(document(key), key))
                    body = (escaped(body, key) if kind == "escaped" else body).encode()
                    self.send_bytes(200, body[:len(body) // 2] if kind == "cut" else body, length=len(body))
                else:
                    text = document(key)
                    events = form.events([text[at:at + PIECE] for at in range(0, len(text), PIECE)], key)
                    if kind == "frame":
                        events[len(events) // 2:] = [("error", {"type": "error", "error": error})]
                    lines = "".join((f"event: {name}\n" if name else "") + f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n"
                                    for name, value in events)
                    body = (escaped(lines, key) if kind == "escaped" else lines).encode()
                    self.send_bytes(200, body[:len(body) // 2] if kind == "cut" else body, "text/event-stream", length=len(body))

            def send(self, status, value, escape=False, **headers):
                text = json.dumps(value)
                self.send_bytes(status, (escaped(text, self.key()) if escape else text).encode(), **headers)

            def send_bytes(self, status, body, kind="application/json", length=None, **headers):
                key = self.key()
                self.send_response(status, key)
                told = {"Content-Type": kind, "Content-Length": str(len(body) if length is None else length), "x-request-id": key, "request-id": key,
                        "apim-request-id": key, "x-ratelimit-limit-requests": key, "retry-after-ms": "50", "openai-organization": key,
                        "Set-Cookie": f"session={key}", "WWW-Authenticate": f'Bearer realm="{key}"', "Connection": "close", **headers}
                for name, text in told.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True


        super().__init__(Answering)

    def note(self, provider, kind, key):
        self.heard.setdefault((provider, kind), set()).add(key)
