#!/bin/bash
# ./dev check [pytest's arguments]: exactly what CI runs.
#
# What waits for the network or for Debian goes on beside the rest: a Docker Engine is
# started where none runs and base images are built on it while the Python environment is
# made and the first tests run (those that need Docker wait for the images), and the linters
# look at the code beside the tests. What was started here is stopped at the end.
set -euo pipefail
# shellcheck source=dev.d/packages.sh
. "$ROOT/dev.d/packages.sh"
# shellcheck source=dev.d/prepare.sh
. "$ROOT/dev.d/prepare.sh"
cd "$ROOT"

LOGS=$ROOT/.dev/check
STARTED_ENGINE=
BESIDE=() # process groups that go on beside, to be ended as one

clean_up() {
    local group
    for group in "${BESIDE[@]}"; do
        kill -- "-$group" 2>/dev/null || continue
        wait "$group" 2>/dev/null || true
    done
    BESIDE=()
    [[ -z $STARTED_ENGINE ]] || "$ROOT/dev.d/engine.sh" stop || true
    STARTED_ENGINE=
}

# Debian's packages in one go; an engine, whose line is there as soon as it answers, and its
# images: READY tells what came of them.
prepare_docker_beside() {
    local said=failed packages=("${TEST_PACKAGES[@]}" shellcheck)
    [[ -n ${DOCKER_HOST:-} || -S /var/run/docker.sock ]] || packages+=(docker.io iptables mmdebstrap)
    ((EUID != 0)) || (need_packages "${packages[@]}") || true
    ! prepare_docker >"$LOGS/docker-host" || said=ready
    echo "$said" >"$READY.partial"
    mv "$READY.partial" "$READY"
}

# The linters, with what the tests leave of the machine; what they say comes in one piece.
lint_beside() {
    local code=0
    nice -n 19 "$ROOT/dev.d/lint.sh" >"$LOGS/lint.log" 2>&1 || code=$?
    cat "$LOGS/lint.log" >&2
    return "$code"
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
closing_line() { tail -n 1 "$LOGS/$1.log" 2>/dev/null | grep -E 'passed|failed|error|skipped' || true; }

mkdir -p "$LOGS"
[[ ! -t 1 ]] || export PY_COLORS=1
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

READY=$LOGS/docker-ready
rm -f "$READY" "$LOGS/docker-host" "$LOGS/again.log"
"$ROOT/dev.d/engine.sh" status >/dev/null 2>&1 || STARTED_ENGINE=maybe
set -m # each in a process group of its own
prepare_docker_beside 2>"$LOGS/docker.log" </dev/null &
PREPARING=$!
set +m
BESIDE=("$PREPARING")

ensure_environment
prepare_programs
((EUID != 0)) || need_packages shellcheck
prepare_monitoring_for tests
prepare_newer_haproxy_for tests
"$ROOT/dev.d/tools.sh" compose

set -m
lint_beside </dev/null &
LINTING=$!
set +m
BESIDE=("$PREPARING" "$LINTING")

until [[ -s $LOGS/docker-host || -e $READY ]] || ! kill -0 "$PREPARING" 2>/dev/null; do sleep 0.1; done
if [[ -s $LOGS/docker-host ]]; then
    eval "$(<"$LOGS/docker-host")"
    export SHIPWAY_DOCKER_READY=$READY
else
    cat "$LOGS/docker.log" >&2
    if [[ ${CI:-} == true ]] && ((EUID == 0)); then
        fail 'no Docker Engine with base images: CI skips nothing that it could run'
    fi
    unset DOCKER_HOST
    say 'tests that need a Docker Engine will be skipped'
fi
[[ ! -x $ROOT/.dev/tools/docker-compose ]] || export DOCKER_COMPOSE_BIN=$ROOT/.dev/tools/docker-compose

export SHIPWAY_RAN=$LOGS/passed SHIPWAY_FAILED=$LOGS/failed
: >"$SHIPWAY_RAN"
: >"$SHIPWAY_FAILED"
# As many workers as cores: with three on two, the processors are never idle, nothing ends
# sooner, and promotions under load exceed the seconds that their documents promise.
together=0 alone=0 lint=0
say "the tests begin after $SECONDS s"
run_tests together -n "$(nproc)" --dist loadfile --no-loadscope-reorder --durations 40 -m 'not alone' "$@" || together=$?
wait "$PREPARING" || true
cat "$LOGS/docker.log" >&2
wait "$LINTING" || lint=1
BESIDE=()
mapfile -t lonely < <((($#)) || grep -rl --include='test_*.py' 'mark\.alone' tests) # collecting all takes longer
run_tests alone -m alone -q "${lonely[@]}" "$@" || alone=$?

# One or two that failed beside others run again by themselves: dev.d/second_look.py says which.
((together != 1)) || mapfile -t unsteady < <(python dev.d/second_look.py "$SHIPWAY_FAILED")
if [[ -n ${unsteady[0]:-} ]]; then
    say "a second look at ${#unsteady[@]} that failed beside others, with nothing beside:"
    if run_tests again -q "${unsteady[@]}"; then
        together=0
        say "unsteady: failed beside others, passed by itself; a defect to be mended:"
        printf 'dev:   %s\n' "${unsteady[@]}" >&2
    fi
fi

# Only a whole run can tell whether what is called proved was proved.
if (($# == 0)) && ! "$ROOT/dev.d/docs.sh" requirements --ran "$SHIPWAY_RAN"; then
    say 'docs/requirements.md calls proved what no test proved in this run'
    lint=1
fi

clean_up
((!lint)) || say 'the linters found something: see above'
closing_line alone
closing_line together
closing_line again
exit $((together ? together : alone ? alone : lint))
