# Sourced. Debian packages for tests, installed without starting a service.
# shellcheck shell=bash

say() { printf 'dev: %s\n' "$*" >&2; }

fail() {
    printf 'dev: %s\n' "$1" >&2
    [[ $# -lt 2 ]] || printf 'Hint: %s\n' "$2" >&2
    exit 1
}

# need_packages PACKAGE… — install those that are missing; root only.
need_packages() {
    local missing=() name
    for name in "$@"; do
        [[ $(dpkg-query -W -f '${Status}' "$name" 2>/dev/null) == *' installed' ]] || missing+=("$name")
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || fail "these Debian packages are missing: ${missing[*]}"
    ((EUID == 0)) || fail "these packages are missing: ${missing[*]}" "sudo apt-get install ${missing[*]}"
    say "installing ${missing[*]}"
    local log=$ROOT/.dev/apt.log
    mkdir -p "$ROOT/.dev"
    sh "$ROOT/src/shipway/cli/debian_install.sh" "${missing[@]}" >"$log" 2>&1 </dev/null || {
        tail -n 15 "$log" >&2
        fail "the packages could not be installed: ${missing[*]}" "apt-get install ${missing[*]}"
    }
}
