#!/bin/bash
# ./dev test [AREA…] [pytest's arguments]: words that name a folder of tests/
# are areas; everything else goes to pytest as it is.
set -euo pipefail
# shellcheck source=dev.d/packages.sh
. "$ROOT/dev.d/packages.sh"
# shellcheck source=dev.d/prepare.sh
. "$ROOT/dev.d/prepare.sh"
cd "$ROOT"

areas=()
arguments=()
for word in "$@"; do
    if [[ ${#arguments[@]} -eq 0 && $word =~ ^[a-z][a-z0-9_/]*$ ]]; then
        if [[ ! -d tests/$word ]]; then
            echo "dev: there is no folder tests/$word" >&2
            echo "Hint: ./dev test $(find tests -mindepth 1 -maxdepth 1 -type d ! -name '_*' -printf '%f\n' | sort | tr '\n' '|' | sed 's/|$//')" >&2
            exit 2
        fi
        areas+=("tests/$word")
    else
        arguments+=("$word")
    fi
done
prepare_programs
prepare_monitoring_for "${areas[@]:-tests}"
prepare_newer_haproxy_for "${areas[@]:-tests}"
prepare_docker_for "${areas[@]:-tests}"
exec python -m pytest "${areas[@]}" "${arguments[@]}"
