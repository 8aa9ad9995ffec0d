#!/bin/bash
set -euo pipefail
staging=$(docker image inspect --format '{{.Id}}' hub:staging)
production=$(docker image inspect --format '{{.Id}}' hub:production)
if [ "$staging" = "$production" ]; then
    echo "staging is in production already"
    exit 0
fi
docker tag hub:production hub:rollback
docker tag hub:staging hub:production
docker compose --profile production up -d
