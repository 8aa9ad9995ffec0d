"""What the environment says.  A missing variable stops the process with its name."""

from __future__ import annotations

import os
import sys


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        sys.exit(f"board: the environment variable {name} is not set")
    return value


DATABASE_URL = _required("DATABASE_URL")
REDIS_URL = _required("REDIS_URL")
RELEASE = os.environ.get("SHIPWAY_RELEASE") or "dev"
FEED_HEARTBEAT_S = float(os.environ.get("FEED_HEARTBEAT_S") or 15)
# For requests that wait for the database.  More would only take turns, and each holds a
# connection, of which PostgreSQL has a hundred for all releases that run.
THREADS = 8
