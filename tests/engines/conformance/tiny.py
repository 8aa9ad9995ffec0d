"""A tiny service for engines to run: standard library only, the same on every engine.

serve --host H --port P [--stubborn]   serve HTTP; --stubborn ignores SIGTERM
job [--lines N] [--exit C] [--hang]    print, then end (or not)
"""

import argparse
import http.server
import os
import signal
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

Query = dict[str, str]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        try:
            self.answer(200, ACTIONS[url.path](query))
        except Exception as error:
            self.answer(500, f"{type(error).__name__}: {error}")

    def answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def say(query: Query) -> str:
    print(query["text"], file=getattr(sys, query.get("stream", "stdout")), flush=True)
    return "said"


def write(query: Query) -> str:
    Path(query["path"]).write_text(query["text"])
    return "written"


def fetch(query: Query) -> str:
    with urllib.request.urlopen(query["url"], timeout=5) as answer:
        return str(answer.read().decode())


def leave(query: Query) -> str:
    threading.Timer(0.01, os._exit, [int(query["code"])]).start()
    return "leaving"


ACTIONS: dict[str, Callable[[Query], str]] = {
    "/": lambda _: f"hello from {os.environ.get('NAME', 'nobody')}",
    "/env": lambda query: os.environ.get(query["name"], ""),
    "/read": lambda query: Path(query["path"]).read_text(),
    "/mode": lambda query: oct(Path(query["path"]).stat().st_mode & 0o777),
    "/write": write,
    "/fetch": fetch,
    "/say": say,
    "/exit": leave,
}


def serve(options: argparse.Namespace) -> int:
    server = http.server.ThreadingHTTPServer((options.host, options.port), Handler)

    def stop(*_: object) -> None:
        if options.stubborn:
            print("ignored", flush=True)
            return
        print("stopping", flush=True)
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    print("ready", flush=True)
    server.serve_forever(poll_interval=0.01)
    return 0


def job(options: argparse.Namespace) -> int:
    for number in range(options.lines):
        print(f"line {number}", flush=True)
    print("done", file=sys.stderr, flush=True)
    if options.hang:
        threading.Event().wait(60)
    return int(options.exit)


def main() -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    serving = commands.add_parser("serve")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8000)
    serving.add_argument("--stubborn", action="store_true")
    serving.set_defaults(run=serve)
    working = commands.add_parser("job")
    working.add_argument("--lines", type=int, default=0)
    working.add_argument("--exit", type=int, default=0)
    working.add_argument("--hang", action="store_true")
    working.set_defaults(run=job)
    options = parser.parse_args()
    return int(options.run(options))


sys.exit(main())
