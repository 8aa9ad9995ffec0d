#!/bin/sh
# `server FOLDER …`, as MinIO is started; its console and its versions are not pretended.
set -eu
[ "${1:-}" = server ] || exec "$@"
mkdir -p "$2"
# quoted: rclone reads the variable as a list of comma-separated values
RCLONE_AUTH_KEY="\"${MINIO_ROOT_USER:-minioadmin},${MINIO_ROOT_PASSWORD:-minioadmin}\""
export RCLONE_AUTH_KEY
exec rclone serve s3 --addr :9000 --dir-cache-time 1s --log-level NOTICE "$2"
