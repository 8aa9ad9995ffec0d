# Sourced after packages.sh. What tests and benchmarks need on this machine.
# shellcheck shell=bash

# HAProxy, PostgreSQL, Redis and restic, by the product's own way.
prepare_programs() {
    # systemd-analyze checks the units; pebble issues certificates; Chromium shows the dashboard
    ((EUID != 0)) || need_packages systemd pebble chromium chromium-driver
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

# Prints the export line of an engine with base images on it, and nothing else.
prepare_docker() {
    local line
    line=$("$ROOT/dev.d/engine.sh") || return 1
    (
        eval "$line"
        "$ROOT/dev.d/images.sh" --only debian,python,postgres,redis,nginx
    ) >&2 || return 1
    "$ROOT/dev.d/tools.sh" compose >&2
    printf '%s\n' "$line"
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
    else
        say 'there is no Docker Engine; what needs one is skipped'
    fi
    if [[ -x $ROOT/.dev/tools/docker-compose ]]; then
        export DOCKER_COMPOSE_BIN=$ROOT/.dev/tools/docker-compose
    fi
}
