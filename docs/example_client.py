#!/usr/bin/python3
"""A whole client: python3 example_client.py ipc:///DIR/docwright.sock FILE [MODEL]   (needs Debian's python3-zmq)"""
import json, sys, zmq  # noqa: E401

endpoint, path, model = sys.argv[1], sys.argv[2], (sys.argv[3:] or ["offline"])[0]
req = zmq.Context().socket(zmq.REQ)
for option, value in ((zmq.RCVTIMEO, 60_000), (zmq.REQ_RELAXED, 1), (zmq.REQ_CORRELATE, 1), (zmq.LINGER, 0)):
    req.setsockopt(option, value)
req.connect(endpoint)
ask = lambda *blobs, **header: (req.send_multipart([json.dumps({"docwright": 1, **header}).encode(), *blobs]), json.loads(req.recv()))[1]  # noqa: E731
job = {"key": f"example:{path}", "path": path, "blob": 0, "model": model}
batch = ask(open(path, "rb").read(), verb="submit", project="example", jobs=[job])["batch"]
print(json.dumps(ask(verb="result", batch=batch, wait="50s")["documents"], indent=2))
