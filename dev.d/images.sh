#!/bin/bash
# ./dev images [--only FAMILY,…] [--pull]
#
# Gives an engine the base images that Dockerfiles and Compose files name. On
# this checkout's own engine, stand-ins are built from Debian's packages; on any
# other engine (and with --pull) the official images are asked for first. Only
# what is missing is made. Families: debian, python, postgres, pgvector, redis, node, nginx.
set -euo pipefail
ROOT=${ROOT:?run this as ./dev images}
# shellcheck source=dev.d/packages.sh
. "$ROOT/dev.d/packages.sh"

# family | Debian's suite | what it is | build arguments | tags
IMAGES='
debian   | bookworm | Debian 12 | | debian:bookworm-slim debian:12-slim debian:bookworm
debian   | trixie   | Debian 13 | | debian:trixie-slim debian:13-slim debian:trixie
python   | bookworm | Python 3.11 | AS_VERSION=3.11 | python:3.11-slim python:3.11 python:3.11-slim-bookworm
python   | trixie   | Python 3.13 | AS_VERSION=3.13 | python:3.13-slim python:3.13 python:3.13-slim-trixie
python   | trixie   | Python 3.13, also called python3.12 | AS_VERSION=3.12 | python:3.12-slim python:3.12
postgres | bookworm | PostgreSQL 15 | MAJOR=15 | postgres:15 postgres:15-alpine
postgres | trixie   | PostgreSQL 17 | MAJOR=17 | postgres:17 postgres:17-alpine postgres:16 postgres:16-alpine postgres:alpine
pgvector | trixie   | PostgreSQL 17 with pgvector | MAJOR=17 | pgvector/pgvector:pg17 pgvector/pgvector:pg16
redis    | bookworm | Redis 7.0 | | redis:7 redis:7-alpine redis:alpine
node     | trixie   | Node.js 20 on Debian | | node:20-slim node:20-alpine node:20
nginx    | bookworm | nginx 1.22 on Debian | | nginx:alpine nginx:stable-alpine nginx:latest
'
LABEL=io.shipway.stand-in
RECIPE_LABEL=io.shipway.stand-in.recipe
WORK=$ROOT/.dev/images
AUTHORITIES=/usr/local/share/ca-certificates

only=
pull=0
while (($#)); do
    case $1 in
        --only) only=,${2:?--only wants families}, && shift ;;
        --only=*) only=,${1#*=}, ;;
        --pull) pull=1 ;;
        *) fail "there is no ./dev images $1" './dev images [--only python,postgres,redis] [--pull]' ;;
    esac
    shift
done

trim() { local text=${1#"${1%%[! ]*}"}; printf %s "${text%"${text##*[! ]}"}"; }

# The engine: the caller's where DOCKER_HOST names one, else this checkout's own.
choose_engine() {
    if [[ -z ${DOCKER_HOST:-} ]]; then
        eval "$("$ROOT/dev.d/engine.sh")"
    fi
    local own
    own=$("$ROOT/dev.d/engine.sh" status 2>/dev/null) || own=
    [[ $own == "export DOCKER_HOST=$DOCKER_HOST" ]] || pull=1
}

# The docker client: one that can build by BuildKit. Those before 23 have it
# inside; newer ones want the buildx plugin.
choose_client() {
    local candidate
    for candidate in $(type -ap docker) /usr/bin/docker; do
        [[ -x $candidate ]] || continue
        if "$candidate" buildx version >/dev/null 2>&1 ||
            [[ $("$candidate" --version) =~ version\ (1[89]|2[0-2])\. ]]; then
            DOCKER=$candidate
            return
        fi
    done
    need_packages docker.io iptables
    DOCKER=/usr/bin/docker
}

recipe() { # FAMILY SUITE ARGUMENTS — what an image was made from, as a short hash
    {
        printf '%s\n' "$@"
        cat "$ROOT/dev.d/images/Dockerfile" "$ROOT/dev.d/images"/*/* "$WORK/context/ca"/*
    } | sha256sum | cut -c1-16
}

# An image is there when it is official, or a stand-in from today's recipe.
is_there() { # TAG RECIPE
    local labels
    labels=$("$DOCKER" image inspect -f "{{index .Config.Labels \"$LABEL\"}}|{{index .Config.Labels \"$RECIPE_LABEL\"}}" "$1" 2>/dev/null) || return 1
    [[ $labels == '|' || $labels == '<no value>|<no value>' || $labels == *"|$2" ]]
}

make_rootfs() { # SUITE — Debian's minimal system as an image, from a cached archive
    local suite=$1 archive=$WORK/$1.tar
    (
        flock 9
        "$DOCKER" image inspect "shipway-stand-in/rootfs:$suite" >/dev/null 2>&1 && exit 0
        if [[ ! -s $archive ]]; then
            mmdebstrap --quiet --variant=minbase --include=ca-certificates \
                --aptopt='Acquire::Languages "none"' \
                --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
                --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/info/*' \
                --dpkgopt=force-unsafe-io "$suite" "$archive.partial.tar"
            mv "$archive.partial.tar" "$archive"
        fi
        "$DOCKER" import "$archive" "shipway-stand-in/rootfs:$suite"
    ) 9>"$WORK/$suite.lock"
}

build() { # FAMILY SUITE TITLE ARGUMENTS RECIPE TAG…
    local family=$1 suite=$2 title=$3 arguments=$4 recipe=$5
    shift 5
    local options=() word target=$family
    [[ $family != debian ]] || target=base
    for word in $arguments; do options+=(--build-arg "$word"); done
    for word in http_proxy https_proxy no_proxy; do
        [[ -z ${!word:-} ]] || options+=(--build-arg "$word")
    done
    for word in "$@"; do options+=(--tag "$word"); done
    # The host's network: name resolution as on this machine, and no bridge needed.
    DOCKER_BUILDKIT=1 "$DOCKER" build --progress plain --network host --target "$target" \
        --build-arg "SUITE=$suite" "${options[@]}" \
        --label "$LABEL=$title from Debian $suite's packages" --label "$RECIPE_LABEL=$recipe" \
        --file "$ROOT/dev.d/images/Dockerfile" "$WORK/context"
}

# Ask the registry for every tag; what it does not give stays missing.
pull_official() { # TAG…
    local tag
    for tag in "$@"; do timeout 300 "$DOCKER" pull --quiet "$tag" >/dev/null 2>&1 || return 1; done
}

prepare_context() {
    mkdir -p "$WORK"
    rm -rf "$WORK/context"
    mkdir -p "$WORK/context/ca"
    cp -r "$ROOT/dev.d/images"/*/ "$WORK/context/"
    echo 'Certificate authorities that this machine adds to Debian.' >"$WORK/context/ca/README"
    cp "$AUTHORITIES"/*.crt "$WORK/context/ca/" 2>/dev/null || true
}

make_one() { # the columns of IMAGES
    local family=$1 suite=$2 title=$3 arguments=$4 began=$EPOCHREALTIME recipe tag tags missing=()
    read -ra tags <<<"$5"
    recipe=$(recipe "$family" "$suite" "$arguments")
    for tag in "${tags[@]}"; do is_there "$tag" "$recipe" || missing+=("$tag"); done
    ((${#missing[@]})) || return 0
    if ((pull)) && pull_official "${missing[@]}"; then
        say "${missing[*]}: pulled"
        return
    fi
    local log=$WORK/$family-$suite-${tags[0]//[^a-z0-9.]/-}.log
    if { make_rootfs "$suite" && build "$family" "$suite" "$title" "$arguments" "$recipe" "${missing[@]}"; } >"$log" 2>&1; then
        say "$(printf '%s: %s (%.1f s)' "${missing[*]}" "$title" "$(elapsed "$began")")"
    else
        tail -n 20 "$log" >&2
        say "${missing[*]} could not be built; all of the log: $log"
        return 1
    fi
}

elapsed() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'; }

main() {
    local began=$EPOCHREALTIME failed=0 jobs=0 family suite title arguments tags
    mkdir -p "$WORK"
    exec 8>"$WORK/lock"
    flock -w 1200 8 || fail 'another ./dev images does not end'
    choose_engine
    choose_client
    prepare_context
    ((pull)) || need_packages mmdebstrap
    # Two at a time: Debian's two suites go side by side.
    while IFS='|' read -r family suite title arguments tags; do
        family=$(trim "$family")
        [[ -n $family && (-z $only || $only == *",$family,"*) ]] || continue
        if ((jobs >= 2)); then
            wait -n || failed=1
            jobs=$((jobs - 1))
        fi
        make_one "$family" "$(trim "$suite")" "$(trim "$title")" "$(trim "$arguments")" "$(trim "$tags")" 8>&- &
        jobs=$((jobs + 1))
    done <<<"$IMAGES"
    while ((jobs--)); do wait -n || failed=1; done
    ((!failed)) || exit 1
    say "$(printf 'the base images are there (%.1f s)' "$(elapsed "$began")")"
}

main
