"""Starts the API: `python -m board.serve --host 0.0.0.0 --port 8000`.

On SIGTERM uvicorn takes no new connection, lets requests end, closes WebSockets with
code 1012 (service restart), and the process ends with 0.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys

STOP_WITHIN_S = 25
KEEP_ALIVE_S = 75  # longer than a proxy keeps an idle connection, so the proxy closes first


def main() -> None:
    parser = argparse.ArgumentParser(prog="board.serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()

    # Also what uvicorn raises again after its graceful stop; without it the exit code
    # would be that of a killed process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    # Importing makes a million objects and no garbage: collecting meanwhile costs a fifth
    # of the boot.
    gc.disable()
    # Looking for plugins of pydantic's reads the metadata of every package; there are none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from uvicorn import Config, Server

    from board.app import app

    gc.freeze()
    gc.enable()
    Server(
        Config(
            app,
            host=arguments.host,
            port=arguments.port,
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",
            access_log=False,  # the ingress keeps one
            proxy_headers=False,  # nobody asks who the client is
            log_level="info",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
    ).run()


if __name__ == "__main__":
    main()
