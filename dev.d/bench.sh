#!/bin/bash
# ./dev bench NAME: run bench/NAME.py with the tests' environment.
set -euo pipefail
# shellcheck source=dev.d/packages.sh
. "$ROOT/dev.d/packages.sh"
# shellcheck source=dev.d/prepare.sh
. "$ROOT/dev.d/prepare.sh"
cd "$ROOT"

name=${1:-}
if [[ -z $name || ! -f bench/$name.py ]]; then
    echo "dev: name a benchmark:" >&2
    find bench -maxdepth 1 -name '[a-z]*.py' -printf '  ./dev bench %f\n' 2>/dev/null | sed 's/\.py$//' | sort >&2
    exit 2
fi
shift
prepare_programs
[[ $name != ingress ]] || ((EUID != 0)) || need_packages nginx-light wrk
prepare_docker_for "bench/$name.py"
# So that a benchmark finds what it shares with others: bench.harness.
PYTHONPATH=$ROOT${PYTHONPATH:+:$PYTHONPATH} exec python "bench/$name.py" "$@"
