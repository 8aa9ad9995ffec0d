#!/bin/bash
set -euo pipefail
docker tag hub:production hub:rollback
docker tag hub:staging hub:production
docker compose --profile production up -d
