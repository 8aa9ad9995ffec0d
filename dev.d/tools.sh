#!/bin/bash
# ./dev tools [compose|prometheus]
#
# Fetches what tests and benchmarks compare Shipway with and Debian 12 has not:
# Docker's Compose plugin, from Debian trixie's package, unpacked into
# .dev/tools/. The machine's own package sources are not touched. Where it
# cannot be had, this says so and succeeds: comparisons are then skipped.
set -euo pipefail
ROOT=${ROOT:?run this as ./dev tools}
# shellcheck source=dev.d/packages.sh
. "$ROOT/dev.d/packages.sh"

TOOLS=$ROOT/.dev/tools
COMPOSE=$TOOLS/docker-compose
TIMEOUT_S=180

fetch_compose() {
    [[ ! -x $COMPOSE ]] || return 0
    if ! command -v apt-get >/dev/null; then
        say 'Docker Compose is skipped: it is a package of Debian'
        return 0
    fi
    local work
    mkdir -p "$TOOLS"
    work=$(mktemp -d "$TOOLS/.fetch-XXXXXX")
    # shellcheck disable=SC2064  # the folder's name as it is now
    trap "rm -rf '$work'" EXIT
    mkdir -p "$work"/{lists/partial,cache/archives/partial,parts}
    local mirror # the one that this machine uses for its own packages
    # shellcheck disable=SC2016  # apt fills these in
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
        awk '$2 !~ /-/ {print $1; exit}')
    if [[ -z $mirror ]]; then
        say "Docker Compose is skipped: this machine's apt names no mirror"
        return 0
    fi
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
    local apt=(
        apt-get -q -o "Dir::Etc::SourceList=$work/sources.list" -o "Dir::Etc::SourceParts=$work/parts"
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache"
        -o APT::Sandbox::User= -o Debug::NoLocking=true
        -o Acquire::Languages=none
    )
    if (
        cd "$work"
        timeout "$TIMEOUT_S" "${apt[@]}" update && timeout "$TIMEOUT_S" "${apt[@]}" download docker-compose &&
            dpkg -x docker-compose_*.deb unpacked
    ) >"$TOOLS/compose.log" 2>&1 </dev/null; then
        mv "$work/unpacked/usr/libexec/docker/cli-plugins/docker-compose" "$COMPOSE"
        say "Docker Compose $("$COMPOSE" version --short) lies in ${COMPOSE#"$ROOT/"}"
    else
        say "Docker Compose could not be fetched, comparisons with it are skipped; see ${TOOLS#"$ROOT/"}/compose.log"
    fi
}

# promtool and amtool, which read what `shipway generate` writes: this Debian's own packages,
# unpacked, so that no service is installed or started.
fetch_prometheus() {
    [[ ! -x $TOOLS/prometheus/usr/bin/amtool ]] || return 0
    if ! command -v apt-get >/dev/null; then
        say 'promtool and amtool are skipped: they are packages of Debian'
        return 0
    fi
    mkdir -p "$TOOLS/prometheus"
    if (
        cd "$TOOLS/prometheus"
        timeout "$TIMEOUT_S" apt-get -q download prometheus prometheus-alertmanager ||
            { timeout "$TIMEOUT_S" apt-get -q update &&
                timeout "$TIMEOUT_S" apt-get -q download prometheus prometheus-alertmanager; }
        for package in ./*.deb; do
            dpkg --fsys-tarfile "$package" | tar -x --wildcards './usr/bin/*tool'
        done
        rm -f ./*.deb
    ) >"$TOOLS/prometheus.log" 2>&1 </dev/null; then
        say "promtool and amtool lie in ${TOOLS#"$ROOT/"}/prometheus"
    else
        say "promtool and amtool could not be fetched, their tests are skipped; see ${TOOLS#"$ROOT/"}/prometheus.log"
    fi
}

case ${1:-compose} in
    compose) fetch_compose ;;
    prometheus) fetch_prometheus ;;
    *) fail "there is no ./dev tools $1" './dev tools compose|prometheus' ;;
esac
