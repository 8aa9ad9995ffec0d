#!/bin/bash
# ./dev lint: what a machine can judge without running the code.
set -euo pipefail
cd "$ROOT"

failed=0
step() {
    local title=$1
    shift
    printf '── %s\n' "$title" >&2
    "$@" || {
        failed=1
        printf 'dev: %s found something\n' "$title" >&2
    }
}

step 'ruff format' ruff format --check --quiet .
step 'ruff check' ruff check --quiet .
step 'mypy' mypy --no-error-summary
if command -v shellcheck >/dev/null; then
    step 'shellcheck' shellcheck -x -P . shipway dev dev.d/*.sh dev.d/python dev.d/images/*/*.sh \
        .ci/run src/shipway/cli/*.sh
else
    printf '── shellcheck is skipped: apt-get install shellcheck\n' >&2
fi
step 'import floors' lint-imports --no-logo
exit $failed
