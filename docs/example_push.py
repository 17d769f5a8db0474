#!/usr/bin/python3
"""Fire and forget: python3 example_push.py ipc:///DIR/docwright.push FILE   (needs Debian's python3-zmq)"""
import json, sys, zmq  # noqa: E401

context = zmq.Context()
push = context.socket(zmq.PUSH)
push.connect(sys.argv[1])
job = {"key": f"pushed:{sys.argv[2]}", "path": sys.argv[2], "blob": 0, "model": "offline"}
header = {"docwright": 1, "verb": "submit", "project": "example", "jobs": [job]}
push.send_multipart([json.dumps(header).encode(), open(sys.argv[2], "rb").read()])
context.destroy(linger=10_000)  # a program that just ends takes what is not yet sent with it
