"""Starts the API: `python -m app.serve --host 0.0.0.0 --port 8000 --workers 4`.

uvicorn's own command would start its workers again and again where the environment is
wrong; here the process that holds them reads it first, and ends with the reason.
On SIGTERM the workers end their requests and close WebSockets with 1012; then it ends with 0.
"""

from __future__ import annotations

import argparse
import os

STOP_WITHIN_S = 25
KEEP_ALIVE_S = 75  # longer than a proxy keeps an idle connection, so the proxy closes first


def main() -> None:
    parser = argparse.ArgumentParser(prog="app.serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()

    import app.config  # noqa: F401 - ends the process where a variable is missing

    os.environ["API_WORKERS"] = str(arguments.workers)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    import uvicorn

    uvicorn.run(
        "app.main:app",
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        log_config=None,  # see app.logs
        access_log=False,
        proxy_headers=False,  # the ingress tells who asks in X-Real-IP
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )


if __name__ == "__main__":
    main()
