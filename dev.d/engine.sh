#!/bin/bash
# ./dev engine          print the line that names a Docker Engine, starting one where none runs
# ./dev engine status   say whether this checkout's own engine runs
# ./dev engine stop     end it, with everything that it started
#
# All of it lies in .dev/engine/. Only the export line goes to stdout, so that
# eval "$(./dev engine)" works.
set -euo pipefail
ROOT=${ROOT:?run this as ./dev engine}
# shellcheck source=dev.d/packages.sh
. "$ROOT/dev.d/packages.sh"

HOME_DIR=$ROOT/.dev/engine
PID_FILE=$HOME_DIR/dockerd.pid
READY_TIMEOUT_S=60
STOP_TIMEOUT_S=60

# A unix socket's path may have 107 characters (sun_path), and dockerd adds
# longer ones below its exec-root; a deep checkout gets a short folder in /tmp.
RUN_DIR=$HOME_DIR
if ((${#HOME_DIR} > 60)); then
    RUN_DIR=/tmp/shipway-engine-$(printf %s "$ROOT" | sha256sum | cut -c1-12)
fi
SOCKET=$RUN_DIR/docker.sock

answers() {
    "$ROOT/dev.d/python" - "$1" <<'PY' 2>/dev/null
import socket, sys
with socket.socket(socket.AF_UNIX) as client:
    client.settimeout(5)
    client.connect(sys.argv[1])
    client.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
    sys.exit(b" 200 " not in client.recv(64))
PY
}

# The pid of our engine, nothing where it does not run. The number alone is not
# believed: it may have been given to another program since.
own_pid() {
    local pid
    pid=$(cat "$PID_FILE" 2>/dev/null) || return 0
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "--pidfile $PID_FILE"; then
        echo "$pid"
    fi
}

announce() { printf 'export DOCKER_HOST=unix://%s\n' "$1"; }

start() {
    if [[ -n $(own_pid) ]] && answers "$SOCKET"; then
        announce "$SOCKET"
        return
    fi
    local other
    for other in "${DOCKER_HOST:-}" unix:///var/run/docker.sock; do
        if [[ $other == unix://* ]] && answers "${other#unix://}"; then
            say "an engine already answers at $other"
            announce "${other#unix://}"
            return
        fi
    done
    ((EUID == 0)) || fail 'a Docker Engine has to be started by root' 'sudo ./dev engine'
    need_packages docker.io iptables
    mkdir -p "$HOME_DIR" "$RUN_DIR"
    exec 8>"$HOME_DIR/lock"
    flock -w 120 8 || fail 'another ./dev engine does not end'
    if [[ -z $(own_pid) ]]; then
        say 'starting a Docker Engine'
        rm -f "$PID_FILE" "$SOCKET"
        [[ -e /sys/class/net/docker0 ]] || touch "$HOME_DIR/made-docker0"
        # Many small networks: the built-in pools hold only thirty.
        setsid nohup /usr/sbin/dockerd --data-root "$HOME_DIR/data" --exec-root "$RUN_DIR/exec" \
            --pidfile "$PID_FILE" -H "unix://$SOCKET" \
            --default-address-pool base=10.200.0.0/16,size=24 \
            </dev/null >"$HOME_DIR/dockerd.log" 2>&1 8>&- &
    fi
    local deadline=$((SECONDS + READY_TIMEOUT_S))
    weigh
    until answers "$SOCKET"; do
        if ((SECONDS > deadline)) || { [[ -z $(own_pid) ]] && ((SECONDS > deadline - READY_TIMEOUT_S + 10)); }; then
            tail -n 15 "$HOME_DIR/dockerd.log" >&2
            fail 'the Docker Engine does not start' "less $HOME_DIR/dockerd.log"
        fi
        sleep 0.1
    done
    announce "$SOCKET"
}

# Where systemd keeps containers, each weighs as much as any program of the machine. Without
# it all of them together weigh as much as one: let them weigh as eight.
weigh() {
    local group=/sys/fs/cgroup/cpu/docker
    [[ -e /sys/fs/cgroup/cpu/cpu.shares ]] || return 0
    mkdir -p "$group" && echo 8192 >"$group/cpu.shares"
}

stop() {
    local pid bridges=() network
    pid=$(own_pid)
    if [[ -n $pid ]]; then
        export DOCKER_HOST=unix://$SOCKET
        for network in $(docker network ls -q --filter driver=bridge 2>/dev/null); do
            bridges+=("br-$network")
        done
        # Nothing here is worth a graceful stop of ten seconds each.
        docker ps -q 2>/dev/null | xargs -r docker kill >/dev/null 2>&1 || true
        kill -TERM "$pid"
        local deadline=$((SECONDS + STOP_TIMEOUT_S))
        while [[ -n $(own_pid) ]]; do
            if ((SECONDS > deadline)); then
                say "dockerd does not end within $STOP_TIMEOUT_S s: killing it"
                kill -KILL "$pid" 2>/dev/null || true
            fi
            sleep 0.1
        done
    fi
    end_leftovers
    remove_bridges "${bridges[@]}"
    unmount_below "$HOME_DIR" "$RUN_DIR"
    rm -f "$PID_FILE" "$SOCKET"
    if [[ -z $pid ]]; then
        say 'no engine of this checkout was running'
    else
        say 'the Docker Engine is stopped'
    fi
}

# containerd and its shims, by the folder that stands in their own arguments.
end_leftovers() {
    local process pid
    for signal in TERM KILL; do
        local found=0
        for process in /proc/[0-9]*; do
            pid=${process#/proc/}
            if [[ $(readlink "$process/exe" 2>/dev/null) == */containerd* ]] &&
                tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -qF -- "$RUN_DIR/exec/"; then
                kill -"$signal" "$pid" 2>/dev/null && found=1
            fi
        done
        ((found)) || return 0
        sleep 1
    done
}

remove_bridges() {
    command -v ip >/dev/null || return 0
    local name
    for name in "$@"; do
        [[ ! -e /sys/class/net/$name ]] || ip link delete "$name" 2>/dev/null || true
    done
    if [[ -e $HOME_DIR/made-docker0 ]]; then
        ip link delete docker0 2>/dev/null || true
        rm -f "$HOME_DIR/made-docker0"
    fi
}

unmount_below() {
    local folder point
    for folder in "$@"; do
        # Deepest first.
        awk -v below="$folder/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
            while read -r point; do umount -l "$point" 2>/dev/null || true; done
    done
}

status() {
    local pid
    pid=$(own_pid)
    if [[ -n $pid ]] && answers "$SOCKET"; then
        say "this checkout's engine runs (pid $pid)"
        announce "$SOCKET"
    else
        say "this checkout's engine does not run"
        return 1
    fi
}

case ${1:-start} in
    start) start ;;
    stop) stop ;;
    status) status ;;
    *) fail "there is no ./dev engine $1" './dev engine [stop|status]' ;;
esac
