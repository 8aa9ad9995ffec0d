#!/bin/bash
# ./dev lock: make requirements.lock (what users install) and
# requirements-dev.lock (the same versions, and what tests need) from pyproject.toml.
# Versions already locked stay; --upgrade takes the newest of all.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=.venv/bin/uv
[[ -x $uv ]] || uv=$(command -v uv) || {
    echo "dev: uv was not found; run ./shipway --version once, or: pip install uv" >&2
    exit 1
}
compile=(
    "$uv" pip compile --quiet --universal --python-version 3.11
    --generate-hashes --no-emit-index-url --custom-compile-command "./dev lock"
)
"${compile[@]}" "$@" pyproject.toml -o requirements.lock
"${compile[@]}" "$@" pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
echo "dev: $(grep -c == requirements.lock) packages for users, $(grep -c == requirements-dev.lock) with those for tests" >&2
