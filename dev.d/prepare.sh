# Sourced after packages.sh. What tests and benchmarks need on this machine.
# shellcheck shell=bash

# systemd-analyze checks the units; pebble issues certificates; Chromium shows the dashboard
# openssh-server: `doctor --ssh` is tested against a real one, started by the test alone;
# docker-registry: images are pushed to a real one
TEST_PACKAGES=(systemd pebble chromium chromium-driver openssh-server docker-registry)

# The repository's Python environment, made anew where its lock has changed.
ensure_environment() {
    cmp -s "$ROOT/requirements-dev.lock" "$ROOT/.venv/.made-from-requirements-dev.lock" ||
        "$ROOT/dev.d/python" "$ROOT/dev.d/environment.py" requirements-dev.lock
    export PATH="$ROOT/.venv/bin:$PATH"
}

# HAProxy, PostgreSQL, Redis and restic, by the product's own way.
prepare_programs() {
    ((EUID != 0)) || need_packages "${TEST_PACKAGES[@]}"
    python - <<'PY' || fail 'the tests need these programs'
import sys
from shipway.cli.machine import ensure_tools
from shipway.errors import Problem

try:
    ensure_tools(
        ["haproxy", "postgres", "redis", "restic"], assume_yes=True,
        say=lambda text: print(f"dev: {text}", file=sys.stderr),
    )
except Problem as problem:
    sys.exit(str(problem))
PY
}

# promtool and amtool, where tests want them.
prepare_monitoring_for() { # PATH…
    grep -rqi --include='*.py' promtool "$@" || return 0
    "$ROOT/dev.d/tools.sh" prometheus >&2
}

# Debian 13's HAProxy beside this machine's, where tests want it.
prepare_newer_haproxy_for() { # PATH…
    grep -rq --include='*.py' 'tools/haproxy' "$@" || return 0
    "$ROOT/dev.d/tools.sh" haproxy >&2
}

# Prints the export line of an engine, and nothing else, as soon as it answers; ends when the
# base images are on it, too.
prepare_docker() {
    local line
    line=$("$ROOT/dev.d/engine.sh") || return 1
    printf '%s\n' "$line"
    (
        eval "$line"
        "$ROOT/dev.d/images.sh" --only debian,python,postgres,pgvector,redis,node,nginx
    ) >&2
}

# For one area or one benchmark: an engine where what is named speaks of Docker.
# It keeps running, for the next time.
prepare_docker_for() { # PATH…
    grep -rqi --include='*.py' docker "$@" || return 0
    local line
    if ((EUID != 0)) && ! "$ROOT/dev.d/engine.sh" status >/dev/null 2>&1; then
        return 0 # the tests skip, and say why
    fi
    if line=$(prepare_docker); then
        eval "$line"
        "$ROOT/dev.d/tools.sh" compose >&2
    else
        say 'there is no Docker Engine; what needs one is skipped'
    fi
    if [[ -x $ROOT/.dev/tools/docker-compose ]]; then
        export DOCKER_COMPOSE_BIN=$ROOT/.dev/tools/docker-compose
    fi
}
