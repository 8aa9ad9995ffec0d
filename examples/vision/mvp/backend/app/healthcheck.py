"""What Compose asks: ends with 0 if the health page answers 200.

By a plain socket: it is asked every few seconds for ever, and `urllib.request` takes three
times as much of the processor (90 against 32 ms) before it has sent a byte.
"""

from __future__ import annotations

import os
import socket
import sys

host, port = "127.0.0.1", os.environ.get("PORT") or "8000"
with socket.create_connection((host, int(port)), timeout=4) as connection:
    connection.sendall(f"GET /health HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
    status = connection.makefile("rb").readline().split(b" ")[1:2]
sys.exit(0 if status == [b"200"] else 1)
