#!/bin/bash
# ./dev tools [compose|haproxy|prometheus]
#
# Fetches what tests and benchmarks want and Debian 12 has not: Docker's Compose
# plugin and a HAProxy as users of Debian 13 have it, from trixie's packages,
# unpacked into .dev/tools/. The machine's own package sources are not touched.
# Where one cannot be had, this says so and succeeds: its tests are then skipped.
set -euo pipefail
ROOT=${ROOT:?run this as ./dev tools}
# shellcheck source=dev.d/packages.sh
. "$ROOT/dev.d/packages.sh"

TOOLS=$ROOT/.dev/tools
COMPOSE=$TOOLS/docker-compose
NEWER=$TOOLS/haproxy
TIMEOUT_S=180

# download_trixie DIRECTORY PACKAGE…: Debian 13's packages, into DIRECTORY. The machine's own
# package sources are not touched; the lists stay for whoever asks within the hour.
download_trixie() {
    local directory=$1 apt_files=$TOOLS/trixie mirror # the one that this machine uses for its own packages
    shift
    # shellcheck disable=SC2016  # apt fills these in
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
        awk '$2 !~ /-/ {print $1; exit}')
    [[ -n $mirror ]] || { echo "this machine's apt names no mirror" && return 1; }
    mkdir -p "$apt_files"/{lists/partial,cache/archives/partial,parts}
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt_files/sources.list"
    local apt=(
        apt-get -q -o "Dir::Etc::SourceList=$apt_files/sources.list" -o "Dir::Etc::SourceParts=$apt_files/parts"
        -o "Dir::State::Lists=$apt_files/lists" -o "Dir::Cache=$apt_files/cache"
        -o APT::Sandbox::User= -o Debug::NoLocking=true
        -o Acquire::Languages=none
    )
    if [[ -z $(find "$apt_files/updated" -mmin -60 2>/dev/null) ]]; then
        timeout "$TIMEOUT_S" "${apt[@]}" update || return 1
        touch "$apt_files/updated"
    fi
    (cd "$directory" && timeout "$TIMEOUT_S" "${apt[@]}" download "$@")
}

# A folder that goes with this program, for packages before they are unpacked.
fetching() {
    mkdir -p "$TOOLS"
    WORK=$(mktemp -d "$TOOLS/.fetch-XXXXXX")
    # shellcheck disable=SC2064  # the folder's name as it is now
    trap "rm -rf '$WORK'" EXIT
}

fetch_compose() {
    [[ ! -x $COMPOSE ]] || return 0
    if ! command -v apt-get >/dev/null; then
        say 'Docker Compose is skipped: it is a package of Debian'
        return 0
    fi
    fetching
    if (
        download_trixie "$WORK" docker-compose && dpkg -x "$WORK"/docker-compose_*.deb "$WORK/unpacked"
    ) >"$TOOLS/compose.log" 2>&1 </dev/null; then
        mv "$WORK/unpacked/usr/libexec/docker/cli-plugins/docker-compose" "$COMPOSE"
        say "Docker Compose $("$COMPOSE" version --short) lies in ${COMPOSE#"$ROOT/"}"
    else
        say "Docker Compose could not be fetched, comparisons with it are skipped; see ${TOOLS#"$ROOT/"}/compose.log"
    fi
}

# Debian 13's HAProxy, with the libraries that it was built with, its C library's loader among
# them: so it runs on Debian 12, too. Under the name of haproxy, by which it is known in /proc.
fetch_haproxy() {
    [[ ! -x $NEWER/haproxy ]] || return 0
    if ! command -v apt-get >/dev/null; then
        say "Debian 13's HAProxy is skipped: it is a package of Debian"
        return 0
    fi
    fetching
    local package libraries
    libraries=usr/lib/$(uname -m)-linux-gnu
    if (
        set -e
        download_trixie "$WORK" haproxy libc6 libcap2 libcrypt1 liblua5.4-0 libpcre2-8-0 \
            libssl3t64 libsystemd0 libzstd1 zlib1g
        mkdir -p "$WORK/newer/loader"
        for package in "$WORK"/*.deb; do
            dpkg --fsys-tarfile "$package" | tar -x -C "$WORK/newer" --wildcards \
                './usr/sbin/haproxy' "./$libraries/*.so*" 2>/dev/null || [[ $package != *haproxy* ]]
        done
        cp "$WORK/newer/$libraries"/ld-linux-*.so.* "$WORK/newer/loader/haproxy"
        cat >"$WORK/newer/haproxy" <<SCRIPT
#!/bin/sh
exec '$NEWER/loader/haproxy' --argv0 "\$0" --library-path '$NEWER/$libraries' '$NEWER/usr/sbin/haproxy' "\$@"
SCRIPT
        chmod +x "$WORK/newer/haproxy"
        rm -rf "$NEWER"
        mv "$WORK/newer" "$NEWER"
        "$NEWER/haproxy" -v
    ) >"$TOOLS/haproxy.log" 2>&1 </dev/null; then
        say "Debian 13's HAProxy lies in ${NEWER#"$ROOT/"}"
    else
        rm -rf "$NEWER"
        say "Debian 13's HAProxy could not be fetched, its tests are skipped; see ${TOOLS#"$ROOT/"}/haproxy.log"
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
    haproxy) fetch_haproxy ;;
    prometheus) fetch_prometheus ;;
    *) fail "there is no ./dev tools $1" './dev tools compose|haproxy|prometheus' ;;
esac
