#!/bin/bash
set -euo pipefail
# Prisma's ?schema=public is nothing that pg_dump understands.
pg_dump "${DATABASE_URL%%\?*}" --format=custom --file "/backups/chatter_$(date +%F).dump"
