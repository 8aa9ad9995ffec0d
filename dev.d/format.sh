#!/bin/bash
# ./dev format: ruff's formatter, and the fixes that ruff calls safe.
set -euo pipefail
cd "$ROOT"
ruff check --quiet --fix-only .
ruff format .
