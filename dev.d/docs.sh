#!/bin/bash
# ./dev docs requirements [--json|--check|--ran FILE]: the table of what is proved.
# ./dev docs examples [--all]: the documents of the examples, in docs/examples/.
# ./dev docs pictures [--all DIR]: the dashboard as it looks, in docs/images/.
set -euo pipefail
cd "$ROOT"

case ${1:-} in
    requirements) exec python dev.d/requirements.py "${@:2}" ;;
    examples) exec python dev.d/examples.py "${@:2}" ;;
    pictures) exec python dev.d/pictures.py "${@:2}" ;;
    *)
        echo "dev: ./dev docs requirements [--json|--check|--ran FILE] | examples [--all] | pictures [--all DIR]" >&2
        exit 2
        ;;
esac
