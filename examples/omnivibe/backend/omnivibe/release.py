"""Which release this is."""

import os

RELEASE = os.environ.get("SHIPWAY_RELEASE", "dev")
VERSION = "1"
