"""A server that speaks as much of GitHub's and Gitea's API as tells of a commit's checks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "read-only-5b1e"


class Forge(ThreadingHTTPServer):
    """statuses and runs: by commit, what the API answers; refuse: a status for everything."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.runs: dict[str, list[dict[str, Any]]] = {}
        self.private = False
        self.refuse = 0
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Forge

    def do_GET(self) -> None:
        forge = self.server
        parts = urlsplit(self.path)
        forge.asked.append(parts.path)
        if forge.refuse:
            self.send_response(forge.refuse)
            self.send_header("Location", f"{forge.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        words = parts.path.removeprefix("/api/v1").strip("/").split("/")
        known = len(words) == 6 and words[:3] == ["repos", "acme", "shop"]
        if not known or (forge.private and self.headers["Authorization"] != f"Bearer {TOKEN}"):
            self.reply(404, {"message": "Not Found"})
            return
        commit, what = words[4], words[5]
        query = parse_qs(parts.query)
        size = int((query.get("per_page") or query.get("limit") or ["30"])[0])
        first = (int(query.get("page", ["1"])[0]) - 1) * size
        if what == "check-runs":
            runs = forge.runs.get(commit, [])
            self.reply(200, {"total_count": len(runs), "check_runs": runs[first : first + size]})
        else:
            found = forge.statuses.get(commit, [])
            page = found[first : first + size]
            self.reply(200, {"state": "?", "total_count": len(found), "statuses": page})

    def reply(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def forge() -> Iterator[Forge]:
    server = Forge()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def run(name: str, conclusion: str | None = "success") -> dict[str, Any]:
    """Return a check run as GitHub answers it; conclusion None: it goes on."""
    status = "in_progress" if conclusion is None else "completed"
    return {
        "name": name,
        "status": status,
        "conclusion": conclusion,
        "html_url": f"https://ci/{name}",
    }
