#!/bin/bash
# The contract of the official PostgreSQL image's entrypoint, in short.
# https://hub.docker.com/_/postgres is its documentation.
set -Eeuo pipefail

# file_env NAME [DEFAULT] — NAME, or the content of the file that NAME_FILE names.
file_env() {
    local name=$1 file_name=${1}_FILE default=${2:-}
    if [[ -n ${!name:-} && -n ${!file_name:-} ]]; then
        echo "error: both $name and $file_name are set (but are exclusive)" >&2
        exit 1
    fi
    local value=$default
    if [[ -n ${!name:-} ]]; then
        value=${!name}
    elif [[ -n ${!file_name:-} ]]; then
        value=$(<"${!file_name}")
    fi
    export "$name=$value"
    unset "$file_name"
}

own_directories() {
    mkdir -p "$PGDATA" /var/run/postgresql
    chmod 00700 "$PGDATA" || :
    chmod 03775 /var/run/postgresql || :
    if [[ $(id -u) == 0 ]]; then
        find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
        find /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
    fi
}

require_password() {
    if [[ -z $POSTGRES_PASSWORD && ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]]; then
        cat >&2 <<'TEXT'
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".
TEXT
        exit 1
    fi
}

initialize() {
    local options=(--username="$POSTGRES_USER")
    [[ -z ${POSTGRES_INITDB_WALDIR:-} ]] || options+=(--waldir "$POSTGRES_INITDB_WALDIR")
    # eval: POSTGRES_INITDB_ARGS is a piece of a command line, quotes included.
    eval 'initdb "${options[@]}" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"${POSTGRES_INITDB_ARGS:-}"
}

# The official image's last line: any host, by the method that initdb chose.
allow_hosts() {
    local method=${POSTGRES_HOST_AUTH_METHOD:-}
    [[ -n $method ]] || method=$(postgres -C password_encryption)
    printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

sql() { psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER" "$@"; }

create_database() {
    [[ $POSTGRES_DB == postgres ]] && return
    echo 'CREATE DATABASE :"db";' | sql --dbname postgres --set db="$POSTGRES_DB"
}

run_init_scripts() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh)
                # shellcheck source=/dev/null
                if [[ -x $file ]]; then "$file"; else . "$file"; fi
                ;;
            *.sql) sql --dbname "$POSTGRES_DB" -f "$file" ;;
            *.sql.gz) gunzip -c "$file" | sql --dbname "$POSTGRES_DB" ;;
            *.sql.xz) xzcat "$file" | sql --dbname "$POSTGRES_DB" ;;
            *.sql.zst) zstd -dc "$file" | sql --dbname "$POSTGRES_DB" ;;
            *) [[ ! -e $file ]] || echo "$0: ignoring $file" ;;
        esac
    done
}

main() {
    if [[ ${1:0:1} == - ]]; then set -- postgres "$@"; fi
    if [[ $1 != postgres ]]; then exec "$@"; fi
    own_directories
    if [[ $(id -u) == 0 ]]; then
        exec setpriv --reuid=postgres --regid=postgres --init-groups -- "${BASH_SOURCE[0]}" "$@"
    fi
    if [[ ! -s $PGDATA/PG_VERSION ]]; then
        file_env POSTGRES_PASSWORD
        file_env POSTGRES_USER postgres
        file_env POSTGRES_DB "$POSTGRES_USER"
        require_password
        initialize
        allow_hosts
        export PGPASSWORD=$POSTGRES_PASSWORD
        # Only this script may connect while the init scripts run.
        pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p ${PGPORT:-5432}" -w start
        create_database
        run_init_scripts
        pg_ctl -D "$PGDATA" -m fast -w stop
        unset PGPASSWORD
        printf '\nPostgreSQL init process complete; ready for start up.\n\n'
    else
        printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
    fi
    exec "$@"
}

main "$@"
