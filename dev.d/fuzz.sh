#!/bin/bash
# ./dev fuzz SECONDS: half of the time the tests marked `fuzz`, again and again
# with new examples; the other half atheris, which is led by what it covers.
set -euo pipefail
cd "$ROOT"

seconds=${1:-60}
guided=$((seconds / 2))
mkdir -p .dev

deadline=$((SECONDS + seconds - guided))
rounds=0
while ((SECONDS < deadline)); do
    seed=$RANDOM$RANDOM
    if ! HYPOTHESIS_PROFILE=fuzz python -m pytest -q -m fuzz --hypothesis-seed="$seed" >.dev/fuzz.log 2>&1; then
        cat .dev/fuzz.log
        echo "dev: round $((rounds + 1)) failed; the seed is $seed" >&2
        exit 1
    fi
    rounds=$((rounds + 1))
done
tail -n 1 .dev/fuzz.log
echo "dev: $rounds rounds of Hypothesis, nothing found"

# Built for few interpreters, so it is fetched here and is no dependency of the tests.
if ! python -c 'import atheris' 2>/dev/null && ! python -m pip install --quiet atheris &&
    ! "$ROOT/dev.d/python" -m pip install --quiet --target .dev/atheris atheris; then
    echo 'dev: atheris cannot be had for this Python: Hypothesis alone has looked' >&2
    exit 0
fi
PYTHONPATH=.dev/atheris${PYTHONPATH:+:$PYTHONPATH} \
    python -m tests.compose.fuzz_atheris "-max_total_time=$guided" >.dev/fuzz.log 2>&1 || {
    tail -n 40 .dev/fuzz.log
    exit 1
}
tail -n 2 .dev/fuzz.log
echo "dev: $guided s of atheris, nothing found"
