"""Starts the API: `python -m app.serve`.  On SIGTERM it lets requests end, and ends with 0."""

from __future__ import annotations

import signal
import sys

import uvicorn

from app.settings import settings

STOP_WITHIN_S = 25
KEEP_ALIVE_S = 75  # longer than a proxy keeps an idle connection, so the proxy closes first


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "app.main:app",
        host="0.0.0.0",
        port=settings.port,
        access_log=False,  # the ingress keeps one
        proxy_headers=False,  # nobody asks who the client is
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )


if __name__ == "__main__":
    main()
