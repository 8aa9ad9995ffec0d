#!/bin/bash
set -euo pipefail
aws s3 mb s3://channel-backups
