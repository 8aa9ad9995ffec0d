#!/bin/bash
# ./dev docs requirements [--json|--check|--ran FILE]: the table of what is proved.
set -euo pipefail
cd "$ROOT"

case ${1:-} in
    requirements) exec python dev.d/requirements.py "${@:2}" ;;
    *)
        echo "dev: ./dev docs requirements [--json|--check|--ran FILE]" >&2
        exit 2
        ;;
esac
