"""What Compose asks: `python -m board.healthcheck URL` ends with 0 if it answers 200."""

from __future__ import annotations

import sys
import urllib.request

with urllib.request.urlopen(sys.argv[1], timeout=4) as answer:
    sys.exit(0 if answer.status == 200 else 1)
