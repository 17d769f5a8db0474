"""HTTP servers of a test's own, on a free port of the loopback."""
import http.server
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Loopback:
    """Serves from now on, in a thread for each connection, until it is closed."""

    def __init__(self, handler):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
