#!/bin/bash
# ./dev check [pytest's arguments]: exactly what CI runs.
#
# While the linters look at the code, the programs that the tests need are
# installed, a Docker Engine is started where none runs, and base images are
# built on it. What was started here is stopped at the end.
set -euo pipefail
# shellcheck source=dev.d/packages.sh
. "$ROOT/dev.d/packages.sh"
# shellcheck source=dev.d/prepare.sh
. "$ROOT/dev.d/prepare.sh"
cd "$ROOT"

LOGS=$ROOT/.dev/check
STARTED_ENGINE=
PREPARING=

clean_up() {
    [[ -z $PREPARING ]] || { kill -- "-$PREPARING" 2>/dev/null && wait "$PREPARING" 2>/dev/null; } || true
    PREPARING=
    [[ -z $STARTED_ENGINE ]] || "$ROOT/dev.d/engine.sh" stop || true
    STARTED_ENGINE=
}

# Run pytest, keep what it says, return its exit code; no test is no failure.
run_tests() { # NAME PYTEST'S ARGUMENTS…
    local name=$1 code=0
    shift
    python -m pytest "$@" 2>&1 | tee "$LOGS/$name.log" || code=${PIPESTATUS[0]}
    ((code != 5)) || code=0
    return "$code"
}

# The runner's last line, unless it had nothing to run.
closing_line() { tail -n 1 "$LOGS/$1.log" | grep -E 'passed|failed|error|skipped' || true; }

mkdir -p "$LOGS"
[[ ! -t 1 ]] || export PY_COLORS=1
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

prepare_programs
prepare_monitoring_for tests
((EUID != 0)) || need_packages shellcheck
"$ROOT/dev.d/engine.sh" status >/dev/null 2>&1 || STARTED_ENGINE=maybe
set -m # the preparation in a process group of its own, to be ended as one
prepare_docker >"$LOGS/docker-host" 2>"$LOGS/docker.log" </dev/null &
PREPARING=$!
set +m

lint=0
"$ROOT/dev.d/lint.sh" || lint=1

say 'waiting for the Docker Engine and its base images'
if wait "$PREPARING"; then
    PREPARING=
    cat "$LOGS/docker.log" >&2
    eval "$(<"$LOGS/docker-host")"
else
    PREPARING=
    cat "$LOGS/docker.log" >&2
    if [[ ${CI:-} == true ]] && ((EUID == 0)); then
        fail 'no Docker Engine with base images: CI skips nothing that it could run'
    fi
    unset DOCKER_HOST
    say 'tests that need a Docker Engine will be skipped'
fi
[[ ! -x $ROOT/.dev/tools/docker-compose ]] || export DOCKER_COMPOSE_BIN=$ROOT/.dev/tools/docker-compose

export SHIPWAY_RAN=$LOGS/passed
: >"$SHIPWAY_RAN"
# Two workers for two cores; then, one by one, the tests that measure time.
together=0 alone=0
run_tests together -n 2 --dist loadfile -m 'not alone' "$@" || together=$?
run_tests alone -m alone -q "$@" || alone=$?

# Only a whole run can tell whether what is called proved was proved.
if (($# == 0)) && ! "$ROOT/dev.d/docs.sh" requirements --ran "$SHIPWAY_RAN"; then
    say 'docs/requirements.md calls proved what no test proved in this run'
    lint=1
fi

clean_up
((!lint)) || say 'the linters found something: see above'
closing_line alone
closing_line together
exit $((together ? together : alone ? alone : lint))
