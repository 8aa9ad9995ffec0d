"""What the environment says.  A missing variable stops the process with its name."""

from __future__ import annotations

import os
import sys

API_URL = os.environ.get("API_URL", "")
RELEASE = os.environ.get("SHIPWAY_RELEASE") or "dev"

if not API_URL:
    sys.exit("board-web: the environment variable API_URL is not set")
