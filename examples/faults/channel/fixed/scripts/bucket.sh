#!/bin/bash
set -euo pipefail
# Copies expire after 30 days, as those on the server do.
aws s3api put-bucket-lifecycle-configuration --bucket channel-backups \
    --lifecycle-configuration file://lifecycle.json
