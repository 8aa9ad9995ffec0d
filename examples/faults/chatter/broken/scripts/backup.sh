#!/bin/bash
set -euo pipefail
pg_dump "$DATABASE_URL" --format=custom --file "/backups/chatter_$(date +%F).dump"
