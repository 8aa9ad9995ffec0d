#!/bin/sh
# Installs Debian packages, as root, without starting what they bring: neither
# now nor on boot, and without PostgreSQL's usual first cluster.
#
#     debian_install.sh PACKAGE…
set -eu

policy=/usr/sbin/policy-rc.d
marker='# shipway: removed when its installation ends'
cluster=/etc/postgresql-common/createcluster.d/shipway.conf

hold_services_back() {
    # A file with our marker is what a killed run left: ours to remove.
    if [ ! -e "$policy" ] || grep -qF "$marker" "$policy"; then
        held=1
        printf '#!/bin/sh\n%s\nexit 101\n' "$marker" >"$policy"
        chmod 755 "$policy"
    fi
    mkdir -p "${cluster%/*}"
    echo 'create_main_cluster = false' >"$cluster"
}

let_services_start() {
    [ -z "${held:-}" ] || rm -f "$policy"
    rm -f "$cluster"
    rmdir --ignore-fail-on-non-empty "${cluster%/*}" 2>/dev/null || :
}

is_installed() {
    [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" = 'install ok installed' ]
}

keep_off_at_boot() {
    for service in haproxy redis-server; do
        case " $new " in
            *" $service "*) ;;
            *) continue ;;
        esac
        update-rc.d "$service" disable >/dev/null 2>&1 || :
        systemctl disable "$service" >/dev/null 2>&1 || :
    done
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

# One at a time: apt would wait by itself, but the policy file is shared.
exec 9>/run/lock/shipway-packages
flock -w 900 9

new=
for package in "$@"; do is_installed "$package" || new="$new $package"; done
[ -n "$new" ] || exit 0

trap let_services_start EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
hold_services_back
# shellcheck disable=SC2086  # a list of package names
apt install --no-install-recommends $new || {
    apt update
    apt install --no-install-recommends $new
}
new="$new "
keep_off_at_boot
